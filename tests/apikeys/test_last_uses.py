"""A secret's last use is written once a minute, and at once where somebody waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Project
from apikeys import services
from apikeys.authentication import find_principal
from apikeys.models import SILENCE, Secret
from apikeys.usage.collector import Collector, collector
from tests.console.key_pages import page_of
from tests.doors import Api
from tests.makers import BY, NOW, make_key, sample

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def after(**time: float) -> datetime:
    return NOW + timedelta(**time)


class Used:
    """A key's first secret, and processes that serve requests with it and write them down."""

    def __init__(self, project: Project, *, processes: int = 1) -> None:
        self.key, self.plaintext = make_key(project, at=NOW - DAY)
        self.id = self.key.current_secret().pk
        self.processes = [Collector() for _ in range(processes)]

    def use(self, at: datetime, *, process: int = 0, **fields: Any) -> int:
        """Serve a request and write it down. Return how many statements were about secrets."""
        principal = find_principal(self.plaintext, at=at)
        assert principal is not None
        stands = {name: getattr(principal, name) for name in ("replaced_at", "ends_when_silent")}
        one = sample(at, secret_id=self.id, key_id=self.key.pk, **stands, **fields)
        self.processes[process].record(one)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert self.processes[process].flush() == 1
        return sum("apikeys_secret" in one["sql"] for one in asked.captured_queries)

    def rotate(self, at: datetime, *, ends_when_silent: bool = False) -> None:
        services.rotate_key(
            key=self.key,
            last_four=self.plaintext[-4:],
            grace=DAY,
            at=at,
            ends_when_silent=ends_when_silent,
            by=BY,
        )

    @property
    def secret(self) -> Secret:
        return Secret.objects.get(pk=self.id)


class TestASecretInUse:
    def test_its_first_use_is_written_at_once(self, project: Project) -> None:
        used = Used(project)
        assert used.use(NOW) == 1
        assert used.secret.last_used_at == NOW

    def test_for_a_minute_then_nothing_is_asked_of_the_database(self, project: Project) -> None:
        used = Used(project)
        used.use(NOW)
        assert [used.use(after(seconds=one)) for one in (0.5, 30, 60)] == [0, 0, 0]
        assert used.secret.last_used_at == NOW
        assert used.use(after(seconds=60) + MOMENT) == 1
        assert used.secret.last_used_at == after(seconds=60) + MOMENT

    def test_address_and_client_are_those_of_the_use_that_is_written(
        self, project: Project
    ) -> None:
        used = Used(project)
        used.use(NOW, address="192.0.2.1", user_agent="first/1")
        used.use(after(seconds=30), address="192.0.2.2", user_agent="second/2")
        one = used.secret
        assert (one.last_used_at, one.last_address, one.last_user_agent) == (
            NOW,
            "192.0.2.1",
            "first/1",
        )
        used.use(after(seconds=61), address="192.0.2.2", user_agent="second/2")
        one = used.secret
        assert (one.last_address, one.last_user_agent) == ("192.0.2.2", "second/2")

    def test_several_processes_write_it_once_a_minute_together(self, project: Project) -> None:
        used, written = Used(project, processes=3), set()
        for second in range(0, 300, 5):
            used.use(after(seconds=second), process=second // 5 % 3)
            written.add(used.secret.last_used_at)
        assert len(written) == 5
        assert used.secret.last_used_at == after(seconds=260)

    def test_a_process_that_learns_it_from_another_asks_no_more(self, project: Project) -> None:
        used = Used(project, processes=2)
        used.use(NOW)
        assert used.use(after(seconds=59), process=1) == 2
        assert used.use(after(seconds=60), process=1) == 0
        assert used.secret.last_used_at == NOW
        used.use(after(seconds=61), process=1)
        assert used.secret.last_used_at == after(seconds=61)

    def test_each_secret_has_a_minute_of_its_own(self, project: Project) -> None:
        used = Used(project)
        used.use(NOW)
        other, _ = make_key(project, "Other")
        used.processes[0].record(sample(after(seconds=5), secret_id=other.current_secret().pk))
        used.processes[0].flush()
        assert other.current_secret().last_used_at == after(seconds=5)

    def test_what_was_not_committed_is_not_taken_as_written(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(taken: object, *, writer: object) -> None:
            raise OperationalError

        used = Used(project)
        used.processes[0].record(sample(NOW, secret_id=used.id))
        with monkeypatch.context() as broken:
            broken.setattr("apikeys.usage.collector._log", fail)
            assert used.processes[0].flush() == 0
        assert used.secret.last_used_at is None
        assert used.processes[0].flush() == 1
        assert used.secret.last_used_at == NOW

    def test_a_process_remembers_only_so_many(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("apikeys.usage.last_uses.MOST_REMEMBERED", 2)
        own = Collector()
        for number in range(20):
            key, _ = make_key(project, f"Key {number}")
            own.record(sample(NOW, secret_id=key.current_secret().pk))
            own.flush()
        assert len(own._last_uses._kept) <= 3
        assert not Secret.objects.filter(last_used_at=None).exists()


class TestARotation:
    def test_the_first_use_of_the_old_secret_after_it_is_written_at_once(
        self, project: Project
    ) -> None:
        """Also by a process that has not written it since."""
        used = Used(project, processes=2)
        used.use(NOW)
        used.use(after(seconds=1), process=1)
        used.rotate(after(seconds=30))
        assert not used.secret.is_still_used()
        assert used.use(after(seconds=35), process=1) == 1
        assert used.secret.last_used_at == after(seconds=35)
        assert used.secret.is_still_used()

    def test_then_it_is_once_a_minute_again(self, project: Project) -> None:
        used = Used(project, processes=2)
        used.use(NOW)
        used.rotate(after(seconds=30))
        used.use(after(seconds=35))
        assert [used.use(after(seconds=one)) for one in (36, 95)] == [0, 0]
        used.use(after(seconds=40), process=1)
        assert used.use(after(seconds=41), process=1) == 0
        assert used.secret.last_used_at == after(seconds=35)
        used.use(after(seconds=96))
        assert used.secret.last_used_at == after(seconds=96)

    def test_one_that_ends_when_silent_is_written_with_every_use(self, project: Project) -> None:
        used = Used(project, processes=2)
        used.use(NOW)
        used.rotate(after(seconds=1), ends_when_silent=True)
        for second, process in ((2, 0), (3, 1), (3.5, 0)):
            used.use(after(seconds=second), process=process)
            assert used.secret.last_used_at == after(seconds=second)
        end = after(seconds=3.5) + SILENCE
        assert used.secret.works_until() == end
        assert find_principal(used.plaintext, at=end - MOMENT) is not None
        assert find_principal(used.plaintext, at=end) is None

    def test_whoever_watches_the_page_sees_at_once_that_the_old_secret_is_used(
        self, browser: Client, project: Project
    ) -> None:
        """The requests, the rotation and the look at the page are within the same minute."""
        key, old = make_key(project)
        Api(old).get("/policy")
        collector.flush()
        browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        assert (
            "Nobody has used it since the rotation." in browser.get(page_of(key)).content.decode()
        )
        Api(old).get("/policy")
        collector.flush()
        assert "It was used since the rotation." in browser.get(page_of(key)).content.decode()
        end = page_of(key, f"secrets/{key.secrets.exclude(replaced_at=None).get().pk}/end/")
        assert "is still in use" in browser.post(end).content.decode()
