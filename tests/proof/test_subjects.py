"""Sealed events know their subject, also those of before, whoever sealed them."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Project
from foundation import sql
from memory import erasing, retention
from proof import sealing
from proof.models import SealedEvent
from tests.doors import Api, without_triggers
from tests.proof.records import events, events_of, sealed, verify

NOBODY = UUID(int=0)
POSITION, PRIMARY = "proof_sealedevent_position_is_unique", "proof_sealedevent_pkey"


def right() -> bool:
    """Say whether each sealed event has the subject of its event."""
    subjects = dict(AuditEvent.objects.values_list("pk", "subject_id"))
    return all(subjects[row.pk] == row.subject_id for row in SealedEvent.objects.all())


def keys() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = 'proof_sealedevent'::regclass AND contype IN ('p', 'u')"
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_each_has_that_of_its_event(project: Project) -> None:
    sealed(project)
    assert SealedEvent.objects.exists()
    assert right()


@pytest.mark.not_spread
@pytest.mark.django_db
def test_what_names_nobody_gets_that_of_its_event_and_is_not_sealed_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of the version before names no subject."""
    columns = [name for name in sealing.COLUMNS if name != "subject_id"]
    audit.record_all(events_of(project, 5))
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "COLUMNS", columns)
        sealing.seal_since(None, at=timezone.now())
    assert SealedEvent.objects.count() == AuditEvent.objects.count()
    assert right()
    assert sealing.seal_since(None, at=timezone.now()) == sealing.Sealed()
    assert verify() == []


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_keys_hold_it() -> None:
    assert keys() == {
        PRIMARY: "PRIMARY KEY (event_id, subject_id)",
        POSITION: 'UNIQUE (seal_id, "position", subject_id)',
    }


@pytest.mark.not_spread
@pytest.mark.django_db(transaction=True)
def test_those_of_before_get_that_of_their_events_where_these_are_left(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("proof.migrations.0004_keys_of_sealed_events")
    monkeypatch.setattr(module, "BATCH", 3)
    sealed(project)
    try:
        call_command("migrate", "proof", "0002", verbosity=0)
        if connection.vendor == "postgresql":
            assert keys() == {
                PRIMARY: "PRIMARY KEY (event_id)",
                POSITION: 'UNIQUE (seal_id, "position")',
            }
        gone = events()[3].pk
        with without_triggers():
            events().filter(pk=gone).delete()
    finally:
        call_command("migrate", verbosity=0)
    assert SealedEvent.objects.get(pk=gone).subject_id == NOBODY
    rest = SealedEvent.objects.exclude(pk=gone)
    assert NOBODY not in set(rest.values_list("subject_id", flat=True))
    assert verify() == ["removed"]
    assert sealing.seal_since(None, at=timezone.now()) == sealing.Sealed()


@pytest.mark.not_spread
@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_cancelled_is_gone_on_with(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("proof.migrations.0004_keys_of_sealed_events")
    sealed(project)

    def cancelled(*args: object) -> None:
        raise KeyboardInterrupt

    try:
        call_command("migrate", "proof", "0003", verbosity=0)
        sql.change("UPDATE proof_sealedevent SET subject_id = %s", (NOBODY,))
        with monkeypatch.context() as patch:
            patch.setattr(module, "widen_key", cancelled)
            with pytest.raises(KeyboardInterrupt):
                call_command("migrate", "proof", "0004", verbosity=0)
        audit.record_all(events_of(project, 2))
        sealing.seal_since(None, at=timezone.now())
    finally:
        call_command("migrate", verbosity=0)
    assert right()
    assert verify() == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_chain_is_locked_by_its_project_and_environment(project: Project) -> None:
    values = (project.pk, "test", project.pk)
    other = (project.pk, "live", project.pk)
    second = connection.copy()
    try:
        second.set_autocommit(False)
        with second.cursor() as cursor:
            cursor.execute(sealing.TRY, values)
            assert cursor.fetchone() == (True,)
        assert sql.rows(sealing.TRY, values) == [(False,)]
        assert sql.rows(sealing.TRY, other) == [(True,)]
        second.rollback()
        assert sql.rows(sealing.TRY, values) == [(True,)]
    finally:
        second.close()


@pytest.mark.django_db
def test_retention_notes_what_it_takes_also_of_those_of_nobody(project: Project) -> None:
    sealed(project)
    of_nobody = SealedEvent.objects.get(pk=events()[0].pk)
    SealedEvent.objects.filter(pk=of_nobody.pk).delete()
    of_nobody.subject_id = NOBODY
    of_nobody.save(force_insert=True)
    retention.purge_record(before=timezone.now(), at=timezone.now())
    assert not events().exists()
    assert verify() == []


@pytest.mark.django_db
def test_an_erasure_takes_the_salts_of_a_seal_that_came_in_between(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a commit reaches one machine after another."""
    api.remember()
    api.read()
    sealing.seal_since(None, at=timezone.now())
    counted = erasing._count

    def seal_meanwhile(*whom: Any, **options: Any) -> Any:
        """The erasure counts what is left when it has emptied all."""
        rows = SealedEvent.objects.filter(typed__isnull=False)
        assert rows.update(typed_salt=b"s" * 16) > 0
        return counted(*whom, **options)

    monkeypatch.setattr(erasing, "_count", seal_meanwhile)
    assert api.delete("/users/user_1").status_code == 200
    assert not SealedEvent.objects.filter(typed_salt__isnull=False).exists()
