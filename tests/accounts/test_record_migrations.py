"""Lists of ids from before they said whose they are get the subject of their events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from uuid import UUID

import msgspec
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import AuditEvent, IdList, Project
from foundation import sql
from foundation.identifiers import new_id
from tests.makers import NOW, texts
from tests.proof.records import events_of

NOBODY = UUID(int=0)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.not_spread]


@contextmanager
def migrated_to(name: str) -> Iterator[None]:
    """Be at an earlier migration of accounts within the block."""
    try:
        call_command("migrate", "accounts", name, verbosity=0)
        yield
    finally:
        call_command("migrate", verbosity=0)


def record(project: Project) -> AuditEvent:
    """Record an event about many memories, with its list."""
    [event] = events_of(project, 1)
    ids = texts(new_id() for _ in range(101))
    audit.record(msgspec.structs.replace(event, subject_id=new_id(), memory_ids=ids))
    return AuditEvent.objects.get(pk=event.id)


def record_as_before(event: AuditEvent) -> None:
    """Write the event's list again, as a process does that knows of no subjects."""
    sql.change(
        "INSERT INTO accounts_idlist (app_id, day, digest, ids)"
        " SELECT app_id, day, digest, ids FROM accounts_idlist WHERE digest = %s"
        " ON CONFLICT DO NOTHING",
        (bytes.fromhex(event.meta["memory_ids_sha256"]),),
    )


def subjects() -> set[UUID]:
    return set(IdList.objects.values_list("subject_id", flat=True))


def test_each_gets_its_subject_and_one_without_events_stays_nobodys(project: Project) -> None:
    events = [record(project) for _ in range(3)]
    gone = bytes(32)
    with migrated_to("0032"):
        sql.change(
            "INSERT INTO accounts_idlist (app_id, day, digest, ids) VALUES (%s, %s, %s, %s)",
            (project.pk, NOW.date(), gone, gone),
        )
    assert subjects() == {event.subject_id for event in events} | {NOBODY}
    assert bytes(IdList.objects.get(subject_id=NOBODY).digest) == gone
    assert all(len(event.all_memory_ids()) == 101 for event in events)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        IdList.objects.filter(subject_id=NOBODY).update(subject_id=events[0].subject_id)


def test_what_a_process_of_the_version_before_writes_is_found(project: Project) -> None:
    event = record(project)
    with migrated_to("0032"):
        pass
    with migrated_to("0033"):
        assert len(event.all_memory_ids()) == 101
    record_as_before(event)
    assert len(event.all_memory_ids()) == 101


@pytest.mark.postgresql
def test_the_same_list_twice_is_one_again(project: Project) -> None:
    event = record(project)
    record_as_before(event)
    assert subjects() == {event.subject_id, NOBODY}
    with migrated_to("0033"):
        assert subjects() == {event.subject_id}


@pytest.mark.postgresql
def test_a_run_that_was_cancelled_is_gone_on_with(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [record(project) for _ in range(2)]
    module = import_module("accounts.migrations.0034_key_of_lists")

    def cancelled(*args: object) -> None:
        raise KeyboardInterrupt

    with migrated_to("0032"), monkeypatch.context() as patch:
        patch.setattr(module, "widen_key", cancelled)
        with pytest.raises(KeyboardInterrupt):
            call_command("migrate", "accounts", "0034", verbosity=0)
    assert subjects() == {event.subject_id for event in events}
    record_as_before(events[0])
    assert subjects() == {event.subject_id for event in events} | {NOBODY}
