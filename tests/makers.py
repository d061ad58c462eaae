"""Makes what tests are about, by plain functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import mail

from accounts.audit import ChangedBy
from accounts.models import Project, User
from apikeys import services
from apikeys.models import ApiKey, Kind, Notice
from apikeys.usage.collector import collector
from apikeys.usage.samples import RequestSample

PASSWORD = "correct horse battery staple"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BY = ChangedBy(actor="test", request_id="test")


def make_owner(email: str = "owner@example.com", **fields: Any) -> User:
    """Open an account with its default project."""
    return User.objects.create_user(email, **fields)


def give_password(user: User) -> User:
    """Let the person sign in with PASSWORD."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def make_project(owner: User, name: str = "Another project") -> Project:
    return Project.objects.create(owner=owner, name=name)


def make_key(project: Project, name: str = "Key", **fields: Any) -> tuple[ApiKey, str]:
    """Return a new test key with all permissions, unless told otherwise, and its plaintext.

    What its owner is told of it is taken away: what a test mails is its own.
    """
    arguments = {"environment": "test", "at": NOW, "by": BY, **fields}
    key, plaintext = services.issue_key(project=project, name=name, **arguments)
    Notice.objects.filter(key_id=key.pk, kind=Kind.CREATION).delete()
    mail.outbox[:] = [one for one in mail.outbox if not one.subject.startswith("A new API key")]
    return key, plaintext


def texts(ids: Iterable[UUID]) -> list[str]:
    """Return ids as a read finds them."""
    return list(map(str, ids))


def memory_body(**fields: Any) -> dict[str, Any]:
    """Return a good body of `POST /memory`; a field set to None is left out."""
    body = {
        "user_id": "user_1",
        "scope": "preferences",
        "domain": "food",
        "source": "explicit_user_input",
        "value_json": {"likes": ["pizza"], "dislikes": ["olives"]},
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def read_body(**fields: Any) -> dict[str, Any]:
    """Return a good body of `POST /memory/read`; a field set to None is left out."""
    body = {
        "user_id": "user_1",
        "scope": "preferences",
        "domain": "food",
        "purpose": "recommend restaurants",
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def sample(at: datetime, **changed: Any) -> RequestSample:
    """Return a request as the service records it; of nobody's key unless told otherwise."""
    nobody = UUID(int=7)
    fields = {
        "request_id": "r",
        "project_id": nobody,
        "environment": "test",
        "key_id": nobody,
        "secret_id": nobody,
        "endpoint": "POST /memory",
        "status": 201,
        "code": "",
        "microseconds": 1500,
        "address": "127.0.0.1",
        "user_agent": "curl",
    }
    return RequestSample(created_at=at, **{**fields, **changed})


ANSWERS = [
    ("POST /memory", 201, ""),
    ("POST /memory/read", 200, ""),
    ("POST /memory/read", 403, "policy_denied"),
    ("POST /memory", 429, "rate_limited"),
    ("POST /memory/revoke", 503, "unavailable"),
]
HOURS_AGO = [past * (1 + past // 4) for past in range(20)]


def make_usage(key: ApiKey, *, at: datetime, hours_ago: Iterable[int] = HOURS_AGO) -> None:
    """Store requests of the last hours and days, with every kind of answer."""
    whose = {
        "project_id": key.project_id,
        "environment": key.environment,
        "key_id": key.pk,
        "secret_id": key.current_secret().pk,
    }
    for past, hours in enumerate(hours_ago):
        for index, (endpoint, status, code) in enumerate(ANSWERS):
            for _ in range(1 + (7 * past + 3 * index) % 11):
                answer = {"endpoint": endpoint, "status": status, "code": code}
                moment = at - timedelta(hours=hours)
                collector.record(sample(moment, microseconds=700 * past, **answer, **whose))
    collector.flush()
