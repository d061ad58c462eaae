"""Events are sealed in their order, once each, whoever seals and whatever comes late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import audit
from accounts.models import AuditEvent, Project
from config.environment import BASE_DIR
from foundation import sql
from foundation.identifiers import first_id
from proof import sealing, signing
from proof.models import Seal, SealedEvent, Sealing
from proof.sealed.hashes import SEAL, hash_of
from tests.doors import test_database_url as database_url
from tests.makers import make_key
from tests.proof.records import check, events_of, lines, sealed, verify

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def count_sealed() -> int:
    return SealedEvent.objects.count()


@pytest.mark.django_db
class TestASeal:
    def test_it_says_what_it_covers_and_what_came_before(self, project: Project) -> None:
        sealed(project, count=3, seals=2)
        first, second = Seal.objects.of_chain(project.pk, "test")
        one, two = (signing.read(seal.token, typ=SEAL) for seal in (first, second))
        assert (one["number"], one["first"], one["count"], one["previous"]) == (1, 1, 3, None)
        assert (two["number"], two["first"], two["count"]) == (2, 4, 3)
        assert two["previous"] == hash_of(first.token)
        assert (two["project"], two["environment"]) == (str(project.pk), "test")

    def test_each_environment_has_a_chain(self, project: Project) -> None:
        make_key(project, environment="live")
        sealed(project)
        chains = set(Seal.objects.values_list("app_id", "environment"))
        assert {(project.pk, one) for one in ("test", "live", "both")} <= chains
        assert verify() == []

    def test_nothing_new_makes_no_seal(self, project: Project) -> None:
        sealed(project)
        before = Seal.objects.count()
        assert sealing.seal_since(None, at=timezone.now()) == sealing.Sealed()
        assert Seal.objects.count() == before

    def test_many_are_sealed_in_batches(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sealing, "BATCH", 4)
        sealed(project, count=10)
        assert [seal.after for seal in Seal.objects.of_chain(project.pk, "test")] == [5, 9, 11]
        assert verify() == []

    def test_what_comes_late_goes_into_the_next(self, project: Project) -> None:
        early, *rest = events_of(project, 5)
        audit.record_all(rest)
        sealing.seal_since(None, at=timezone.now())
        audit.record(early)
        sealing.seal_since(None, at=timezone.now())
        assert SealedEvent.objects.get(pk=early.id).position == 5
        assert verify() == []

    def test_an_id_beyond_all_calendars_ends_no_run(self, project: Project) -> None:
        late = msgspec.structs.replace(events_of(project, 1)[0], id=UUID(int=2**128 - 2))
        audit.record(late)
        sealing.seal_since(None, at=timezone.now())
        assert SealedEvent.objects.filter(pk=late.id).exists()


@pytest.mark.django_db
class TestEveryMinute:
    def test_one_of_many_processes_seals(self, project: Project) -> None:
        at = timezone.now()
        audit.record_all(events_of(project, 2))
        assert sealing.seal_for_a_minute(at=at).events
        audit.record_all(events_of(project, 2))
        assert sealing.seal_for_a_minute(at=at + MINUTE / 4).events == 0
        assert sealing.seal_for_a_minute(at=at + MINUTE).events == 2

    def test_a_run_that_was_killed_is_gone_on_with(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = timezone.now()
        audit.record_all(events_of(project, 4))

        def killed(*args: object, **kwargs: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Seal, "save", killed)
            with pytest.raises(KeyboardInterrupt):
                sealing.seal_for_a_minute(at=at)
        assert count_sealed() == 0
        assert sealing.seal_for_a_minute(at=at + MINUTE).events >= 4
        assert verify() == []

    def test_it_looks_back_an_hour_and_once_a_day_at_everything(self, project: Project) -> None:
        at = timezone.now()
        sealing.seal_for_a_minute(at=at)
        old = events_of(project, 1)[0]
        audit.record(audit.Event(**{**_fields(old), "id": first_id(at - 2 * HOUR)}))
        assert sealing.seal_for_a_minute(at=at + MINUTE).events == 0
        assert sealing.seal_for_a_minute(at=at + DAY + MINUTE).events == 1
        assert Sealing.objects.get().swept_at == at + DAY + MINUTE

    def test_a_clock_that_ran_ahead_holds_nothing_back(self, project: Project) -> None:
        at = timezone.now()
        sealing.seal_for_a_minute(at=at + 400 * DAY)
        audit.record_all(events_of(project, 2))
        assert sealing.seal_for_a_minute(at=at).events == 2
        audit.record_all(events_of(project, 2))
        assert sealing.seal_for_a_minute(at=at + MINUTE).events == 2


def _fields(event: audit.Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_beside_sixteen_writers_nothing_is_lost_or_doubled(
        self, project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sealing, "BATCH", 20)
        writing = threading.Event()

        def write() -> None:
            try:
                for _ in range(12):
                    with transaction.atomic():
                        audit.record_all(events_of(project, 3))
                        time.sleep(0.01)  # others commit what has later ids meanwhile
            finally:
                connections.close_all()

        def seal() -> None:
            try:
                while writing.is_set():
                    sealing.seal_since(timezone.now() - HOUR, at=timezone.now())
            finally:
                connections.close_all()

        writing.set()
        writers = [threading.Thread(target=write) for _ in range(16)]
        sealers = [threading.Thread(target=seal) for _ in range(2)]
        for thread in (*writers, *sealers):
            thread.start()
        for thread in writers:
            thread.join()
        writing.clear()
        for thread in sealers:
            thread.join()
        sealing.seal_since(None, at=timezone.now())
        assert AuditEvent.objects.filter(environment="test").count() == 16 * 12 * 3
        assert count_sealed() == AuditEvent.objects.count()
        assert Seal.objects.of_chain(project.pk, "test").count() > 576 / 20
        assert verify() == []

    def test_a_sealer_that_is_killed_is_gone_on_with(self, project: Project) -> None:
        for _ in range(15):
            audit.record_all(events_of(project, 1000))
        environment = {**os.environ, "DATABASE_URL": database_url()}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "seal"],
            cwd=BASE_DIR,
            env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdout=subprocess.DEVNULL,
        )
        while not Seal.objects.exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        done = count_sealed()
        assert 0 < done < AuditEvent.objects.count()
        sealing.seal_since(None, at=timezone.now())
        assert count_sealed() == AuditEvent.objects.count()
        assert check(lines(project)) == []

    def test_whoever_empties_events_waits_for_their_seal(self, project: Project) -> None:
        audit.record_all(events_of(project, 2))
        with sql.writing():
            sealing.hold_off([(project.pk, "test")])
            waiting = threading.Thread(target=_seal_once)
            waiting.start()
            waiting.join()
            assert Seal.objects.latest_of(project.pk, "test") is None
        sealing.seal_since(None, at=timezone.now())
        assert Seal.objects.latest_of(project.pk, "test") is not None


def _seal_once() -> None:
    try:
        sealing.seal_since(None, at=timezone.now())
    finally:
        connection.close()
