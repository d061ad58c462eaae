"""Puts memories, their records and grants into the database before anything is measured.

Through the product's own models, in this process: `open_models` comes first, once the environment
names the tool's own database. What a row must hold is therefore defined once, by the models.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import django

from bench import copying

SCOPE, DOMAIN, SOURCE = "preferences", "food", "explicit_user_input"
PURPOSE = "recommend restaurants"
FILLED_EACH = 5
READING_USERS = 200
INSERTED_AT_ONCE = 2_000

ADJECTIVES = ["crisp", "smoked", "sweet", "spicy", "fresh"]
NOUNS = ["apples", "beans", "carrots", "dates", "figs", "grapes", "kale", "lentils"]
THINGS = [
    f"{first} {second} {style}"
    for first in ADJECTIVES
    for second in NOUNS
    for style in range(1, 26)
]


@dataclass(frozen=True)
class Tenant:
    """The project that the key belongs to, and the environment of the key."""

    project_id: UUID
    environment: str
    subject_key: bytes

    def subject_id(self, user_id: str) -> UUID:
        from accounts.subjects import subject_id

        return subject_id(self.subject_key, self.environment, user_id)


def open_models(settings: Mapping[str, str]) -> None:
    """Let this process use the models, on the database that the settings name."""
    os.environ.update(settings)
    django.setup()


def only_tenant() -> Tenant:
    from accounts.models import Project

    project = Project.objects.get()
    return Tenant(project.id, "test", bytes(project.subject_key))


def value(choice: random.Random) -> dict[str, Any]:
    """Draw a typical value: two likes, a dislike and a setting, of a thousand things."""
    first, second, third = choice.sample(THINGS, 3)
    return {"likes": [first, second], "dislikes": [third], "spice_level": choice.randint(1, 5)}


def add_memories(tenant: Tenant, user_ids: Sequence[str], each: int) -> None:
    """Add so many live memories for each user, in the one partition that the tool reads."""
    from memory.models import Memory

    users = [(tenant.subject_id(user_id), user_id) for user_id in user_ids]
    copying.copy_to_users(Memory, _template(tenant, each), users)


def fill(tenant: Tenant, count: int) -> None:
    """Add memories of users whom nobody asks about, each with the record of its creation."""
    from accounts.models import AuditEvent
    from memory.models import Memory

    template = _template(tenant, FILLED_EACH)
    copying.fill(Memory, template, count // FILLED_EACH)
    copying.fill(AuditEvent, template, count // FILLED_EACH)


def fill_between(tenant: Tenant, numbers: range, *, since: datetime, until: datetime) -> int:
    """Add memories as `fill` does, of users of these numbers, stored in that time. Say how many."""
    from accounts.models import AuditEvent
    from memory.models import Memory

    template = _template(tenant, FILLED_EACH)
    for model in (Memory, AuditEvent):
        copying.fill_between(model, template, numbers, since=since, until=until)
    return len(numbers) * FILLED_EACH


class Rows:
    """What requests are about, put into the tool's own database."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def readers(self, each: int) -> int:
        return READING_USERS

    def add_memories(self, user_ids: Sequence[str], each: int) -> None:
        add_memories(self._tenant, user_ids, each)

    def add_grants(self, user_ids: Sequence[str]) -> list[str]:
        return add_grants(self._tenant, user_ids, datetime.now(UTC))


def add_grants(tenant: Tenant, user_ids: Sequence[str], at: datetime) -> list[str]:
    """Add an open grant for each user, as a read would have made it. Return their tokens."""
    from foundation.identifiers import new_id
    from memory import revocation_tokens
    from memory.models import RevocationGrant

    subjects = [tenant.subject_id(user_id) for user_id in user_ids]
    tokens = [revocation_tokens.new_token(tenant.subject_key, subject) for subject in subjects]
    grants = [
        RevocationGrant(
            id=new_id(),
            token_digest=revocation_tokens.digest(token),
            subject_id=subject,
            scope=SCOPE,
            domain=DOMAIN,
            project_id=tenant.project_id,
            environment=tenant.environment,
            user_id=user_id,
            purpose=PURPOSE,
            created_at=at,
            expires_at=at + timedelta(hours=24),
        )
        for user_id, subject, token in zip(user_ids, subjects, tokens, strict=True)
    ]
    RevocationGrant.objects.bulk_create(grants, batch_size=INSERTED_AT_ONCE)
    return tokens


def settle() -> None:
    """Let the database learn what the tables hold now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def backends() -> list[int]:
    """Return the process ids of the PostgreSQL backends that serve others in this database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


@cache
def _template(tenant: Tenant, each: int) -> UUID:
    """Add a user with so many memories and their records, to be copied. Return the pseudonym."""
    import msgspec

    from accounts.models import AuditEvent, EventType
    from memory import normal_forms
    from memory.models import Memory

    user_id = f"copied-{each}"
    subject = tenant.subject_id(user_id)
    about: dict[str, Any] = {
        "subject_id": subject,
        "scope": SCOPE,
        "domain": DOMAIN,
        "environment": tenant.environment,
        "user_id": user_id,
    }
    choice = random.Random(each)
    at = datetime.now().astimezone()
    for number in range(each):
        created_at = at - timedelta(minutes=number)
        value_json = msgspec.json.encode(value(choice)).decode()
        memory = Memory.objects.create(
            **about,
            project_id=tenant.project_id,
            source=SOURCE,
            value_json=value_json,
            normal_form=normal_forms.of_value(SCOPE, value_json),
            normal_version=normal_forms.VERSION,
            created_at=created_at,
        )
        AuditEvent.objects.create(
            **about,
            event_type=EventType.MEMORY_CREATE,
            app_id=tenant.project_id,
            memory_ids=[str(memory.id)],
            decision_id=memory.id,
            request_id=str(memory.id),
            created_at=created_at,
        )
    return subject
