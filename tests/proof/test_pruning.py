"""What retention takes of a sealed record is noted, and nothing else can pass for it."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import audit
from accounts.models import Project
from foundation.identifiers import first_id
from memory import retention
from proof import exporting, sealing, signing
from proof.models import Pruning, Seal, SealedEvent
from proof.sealed.hashes import SEAL
from tests.doors import without_triggers
from tests.proof.records import check, events, events_of, lines, sealed, verify

DAY = timedelta(days=1)


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

    def test_a_new_event_goes_on_behind_what_was_pruned(self, old: Project) -> None:
        retention.purge_record(before=timezone.now(), at=timezone.now())
        audit.record_all(events_of(old, 1))
        sealing.seal_since(None, at=timezone.now())
        latest = Seal.objects.latest_of(old.pk, "test")
        assert latest is not None
        assert signing.read(latest.token, typ=SEAL)["first"] == 11
        assert verify() == []
