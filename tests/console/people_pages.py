"""The pages about one end user, as the tests open them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from accounts.models import AuditEvent, Project
from tests.doors import Api
from tests.makers import make_key

WHY = "The person asked by mail, ticket 4711."
SECRET = "markervalue"
VALUE = {"likes": [SECRET]}


class File:
    """One end user's file in somebody's browser."""

    def __init__(
        self,
        browser: Client,
        project: Project,
        environment: str = "test",
        user_id: str = "user_1",
    ) -> None:
        self.browser, self.project = browser, project
        self.people = f"/console/projects/{project.pk}/{environment}/people/"
        self.user_id = user_id

    def path(self, page: str = "", **more: str) -> str:
        query = urlencode({"user_id": self.user_id, **more})
        return f"{self.people}file/{page}?{query}"

    def get(self, page: str = "", **more: str) -> str:
        answer = self.browser.get(self.path(page, **more))
        assert answer.status_code == 200, answer.content
        return answer.content.decode()

    def post(self, page: str, body: Mapping[str, str] | None = None, **more: str) -> Any:
        return self.browser.post(self.path(page, **more), body or {})

    def look(self, reason: str = WHY, **more: str) -> Any:
        """Open the question and answer it."""
        return self.post(
            "values/", {"reason": reason, "look": look_in(self.get("values/"))}, **more
        )


def look_in(page: str) -> str:
    """Return what the form on the page is called by."""
    found = re.search(r'name="look" value="([0-9a-f-]{36})"', page)
    assert found is not None, page
    return found[1]


def door(project: Project, environment: str) -> Api:
    return Api(make_key(project, f"Program in {environment}", environment=environment)[1])


def newest(event_type: str) -> AuditEvent:
    return AuditEvent.objects.filter(event_type=event_type).latest("id")
