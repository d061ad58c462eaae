"""Asks for lists of memories."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import connection

from accounts.models import AuditEvent, Project
from tests.doors import Api
from tests.makers import make_key


def path(user_id: str = "user_1", **parameters: Any) -> str:
    return f"/memory?{urlencode({'user_id': user_id, **parameters})}"


def listed(api: Api, user_id: str = "user_1", **parameters: Any) -> dict[str, Any]:
    response = api.get(path(user_id, **parameters))
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def ids(api: Api, **parameters: Any) -> list[str]:
    return [item["id"] for item in listed(api, **parameters)["items"]]


def pages(api: Api, **parameters: Any) -> list[list[str]]:
    """Return the ids of all pages."""
    found: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = listed(api, **parameters, **cursor)
        found.append([item["id"] for item in page["items"]])
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def narrow(project: Project, **rights: list[str]) -> Api:
    return Api(make_key(project, f"Narrow {project.api_keys.count()}", **rights)[1])


def events() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(event_type="MEMORY_LIST").order_by("id"))


def plan_of(statement: str) -> str:
    """Return by what the database finds the rows, were there too many to read them all."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement.replace('%', '%%')}")
            return "\n".join(step for *_, step in cursor.fetchall() if step.startswith("SEARCH"))
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement.replace('%', '%%')}")
        return "\n".join(line for (line,) in cursor.fetchall())
