"""What retention takes of a sealed record is noted, and nothing else can pass for it."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Event
from accounts.models import Project
from foundation.identifiers import first_id
from memory import retention
from proof import exporting, sealing, signing
from proof.models import Pruning, Seal, SealedEvent
from proof.sealed.hashes import PRUNING, SEAL
from tests.doors import without_triggers
from tests.memory.test_overtaking import wait_until_somebody_waits
from tests.proof.records import check, events, events_of, lines, sealed, verify

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.django_db
class TestRetention:
    @pytest.fixture
    def old(self, project: Project) -> Project:
        sealed(project, count=5, seals=2)
        return project

    def test_what_it_took_is_noted_and_nothing_else_is_missed(self, old: Project) -> None:
        middle = events()[7].created_at
        removed = retention.purge_record(before=middle, at=timezone.now(), batch=3)
        assert removed >= 7
        sealing.seal_since(None, at=timezone.now())
        assert verify() == []
        assert check(lines(old)) == []
        first, second = Seal.objects.of_chain(old.pk, "test")
        assert not SealedEvent.objects.filter(seal_id=first.pk).exists()
        assert SealedEvent.objects.filter(seal_id=second.pk).count() == 5
        with without_triggers():
            events()[0].delete()
        assert verify() == ["removed"]

    def test_what_it_takes_beside_an_export_is_noted_there(self, old: Project) -> None:
        these = exporting.lines([(old.pk, "test")], at=timezone.now())
        first = list(itertools.islice(these, 2))  # notes stand before the first seal
        retention.purge_record(before=events()[7].created_at, at=timezone.now())
        assert check([*first, *these]) == []

    def test_without_its_note_it_is_missed(self, old: Project) -> None:
        retention.purge_record(before=timezone.now(), at=timezone.now())
        assert verify() == []
        Pruning.objects.filter(environment="test").delete()
        assert "removed" in verify()

    def test_what_was_made_older_for_it_to_take_is_missed(self, old: Project) -> None:
        young = events()[7]
        aged = {"id": first_id(young.created_at - 9 * DAY), "created_at": timezone.now() - 9 * DAY}
        with without_triggers():
            events().filter(pk=young.pk).update(**aged)
            SealedEvent.objects.filter(pk=young.pk).update(event_id=aged["id"])
        retention.purge_record(before=timezone.now() - 8 * DAY, at=timezone.now())
        assert events().count() == 9
        assert verify() == ["removed"]
        assert check(lines(old)) == ["removed"]
        retention.purge_record(before=timezone.now(), at=timezone.now())
        assert verify() == []  # by then it was old enough

    @pytest.mark.parametrize("batch", [1, 2, 5, 1000])
    def test_rows_of_a_seal_go_with_the_last_of_its_events(
        self, project: Project, batch: int
    ) -> None:
        times = [timezone.now() - age * SECOND for age in range(20, 10, -1)]
        for some in (times[:5], times[5:]):
            made = zip(events_of(project, 5), some, strict=True)
            audit.record_all([aged(event, at=at) for event, at in made])
            sealing.seal_since(None, at=timezone.now())
        rows = SealedEvent.objects.filter(pk__in=events().values_list("pk"))
        every = {row.pk for row in rows}
        for removed, left in ((3, 10), (5, 5), (7, 5), (9, 5), (10, 0)):
            before = times[removed - 1] + SECOND / 2
            retention.purge_record(before=before, at=timezone.now(), batch=batch)
            assert events().count() == 10 - removed
            assert SealedEvent.objects.filter(pk__in=every).count() == left
            assert noted(project) == list(range(1, removed + 1))
            assert verify() == []

    def test_a_new_event_goes_on_behind_what_was_pruned(self, old: Project) -> None:
        retention.purge_record(before=timezone.now(), at=timezone.now())
        audit.record_all(events_of(old, 1))
        sealing.seal_since(None, at=timezone.now())
        latest = Seal.objects.latest_of(old.pk, "test")
        assert latest is not None
        assert signing.read(latest.token, typ=SEAL)["first"] == 11
        assert verify() == []


@pytest.mark.django_db(transaction=True)
class TestBesideOthers:
    def test_two_at_once_note_each_event_once(self, project: Project) -> None:
        sealed(project, count=30, seals=2)
        before = timezone.now()
        ready = Barrier(2)

        def purge(batch: int) -> int:
            try:
                ready.wait(timeout=60)
                return retention.purge_record(before=before, at=timezone.now(), batch=batch)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            removed = list(threads.map(purge, [4, 7]))
        assert sum(removed) >= 60
        assert noted(project) == list(range(1, 61))
        assert verify() == []

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="whoever writes there is alone")
    def test_what_is_being_sealed_is_noted_too(self, project: Project) -> None:
        audit.record_all(events_of(project, 5))
        before = timezone.now() + SECOND  # what was recorded in the same millisecond is not older

        def purge() -> int:
            try:
                return retention.purge_record(before=before, at=before)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as threads:
            with transaction.atomic():
                sealing.seal_since(None, at=timezone.now())
                purging = threads.submit(purge)
                wait_until_somebody_waits()
            assert purging.result(timeout=60) >= 5
        assert noted(project) == [1, 2, 3, 4, 5]
        assert verify() == []


def aged(event: Event, *, at: datetime) -> Event:
    """Return the event as it is recorded at that time."""
    return msgspec.structs.replace(event, id=UUID(int=first_id(at).int + 1), created_at=at)


def noted(project: Project) -> list[int]:
    """Return the positions that the notes of the environment test hold, in rising order."""
    notes = Pruning.objects.filter(app_id=project.pk, environment="test")
    found: list[int] = []
    for one in notes:
        claims: Any = signing.read(one.token, typ=PRUNING)
        for first, last in claims["positions"]:
            found += range(first, last + 1)
    return sorted(found)
