"""Makes a record that is sealed, and looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts import audit
from accounts.audit import Event
from accounts.models import AuditEvent, EventType, Project
from foundation.identifiers import new_id
from proof import exporting, sealing, signing
from proof.sealed.checking import Checker
from proof.sealed.hashes import keys_of
from proof.verifying import Verification

DAY = timedelta(days=1)


def events_of(project: Project, count: int, **known: Any) -> list[Event]:
    """Return reads of some end users, with all that an event may hold."""
    return [
        Event(
            event_type=EventType.MEMORY_READ,
            subject_id=UUID(int=1000 + number % 7),
            app_id=project.pk,
            environment="test",
            api_key_id=project.pk,
            scope=("preferences", "schedule")[number % 2],
            domain="food" if number % 3 else None,
            purpose=f"recommend “{number}” restaurants",
            purpose_class="recommendation",
            memory_ids=[str(new_id())],
            request_id=f"call-{number}",
            server_request_id=new_id(),
            created_at=timezone.now(),
            meta={"confidence": 0.47 + number, "max_age_days": None, "purpose_id": f"p{number}"},
            **known,
        )
        for number in range(count)
    ]


def events() -> Any:
    """Return what is recorded of the environment test, the oldest first."""
    return AuditEvent.objects.filter(environment="test").order_by("id")


def sealed(project: Project, count: int = 20, seals: int = 1) -> None:
    """Record so many events and seal them, so many times."""
    for _ in range(seals):
        audit.record_all(events_of(project, count))
        sealing.seal_since(None, at=timezone.now())


def lines(project: Project, **options: Any) -> list[dict[str, Any]]:
    these = exporting.chains([project.pk])
    return list(exporting.lines(these, at=timezone.now(), **options))


def check(lines: Iterable[dict[str, Any]], *expected: str) -> list[str]:
    """Return the kinds of what is wrong with the lines, each once."""
    checker = Checker(keys_of(signing.public_keys()), expected)
    faults = [fault for line in lines for fault in checker.take(line)]
    return sorted({fault.kind for fault in (*faults, *checker.finish())})


def verify(*expected: str) -> list[str]:
    """Return the kinds of what is wrong with the record in the database, each once."""
    look = Verification(app_ids=None, expected=expected, at=timezone.now())
    return sorted({fault.kind for fault in look.faults()})


def tokens(lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield from (line["seal"] for line in lines if "seal" in line)
