"""Requests as the log keeps them, and what its pages show of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apikeys.models import ApiKey, LoggedRequest
from apikeys.usage.collector import collector
from foundation.identifiers import new_id
from tests.doors import Response
from tests.makers import sample


def log(key: ApiKey, **fields: Any) -> LoggedRequest:
    """Store one request of a key; return it."""
    told = sample(
        fields.pop("at", timezone.now()),
        **{
            "project_id": key.project_id,
            "environment": key.environment,
            "key_id": key.pk,
            "secret_id": key.current_secret().pk,
            "server_request_id": new_id(),
            **fields,
        },
    )
    collector.record(told)
    collector.flush()
    return LoggedRequest.objects.order_by("-id")[0]


def text(answer: Response) -> str:
    return answer.content.decode()


def rows(answer: Response) -> list[LoggedRequest]:
    assert answer.status_code == 200, answer.context["form"].errors
    found: list[LoggedRequest] = answer.context["page"].rows
    return found
