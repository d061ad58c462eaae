"""A revoke that comes at the worst moment: after a read has looked and before it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent, Project
from accounts.subjects import subject_id
from memory import locks, services
from memory.models import RevocationGrant
from memory.policy.merging import merge
from memory.statements import Partition
from tests import spreading
from tests.doors import Api
from tests.makers import read_body
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CONTINUE, READ

Meanwhile = Callable[[Callable[[], Any], int], None]

pytestmark = pytest.mark.usefixtures("transactional_db")


def elsewhere(act: Callable[[], Any]) -> Any:
    """Act on a connection of its own, as another process would, and wait for it."""

    def alone() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(alone).result(timeout=60)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen, as often as told, after a read has looked and before it answers."""

    def arrange(act: Callable[[], Any], times: int) -> None:
        left = [times]

        def merge_late(*args: Any) -> Any:
            merged = merge(*args)
            if left[0]:
                left[0] -= 1
                elsewhere(act)
            return merged

        monkeypatch.setattr(services, "merge", merge_late)

    return arrange


class TestOvertaken:
    def test_a_read_that_saw_what_is_hidden_looks_again(
        self, api: Api, meanwhile: Meanwhile
    ) -> None:
        api.remember()
        token = api.read()["revocation_token"]
        meanwhile(lambda: Api(api.key).revoke(token), 1)
        assert api.read()["summary_text"] == "No memories found."
        reads = AuditEvent.objects.filter(event_type="MEMORY_READ").order_by("id")
        assert [len(event.memory_ids) for event in reads] == [1, 0]
        assert RevocationGrant.objects.count() == 2

    def test_what_is_deleted_meanwhile_is_looked_for_again(
        self, api: Api, meanwhile: Meanwhile
    ) -> None:
        """By a read, and by its continuation."""
        stored = [api.remember()["id"] for _ in range(2)]
        meanwhile(lambda: Api(api.key).delete(f"/memory/{stored.pop()}"), 1)
        token = api.read()["revocation_token"]
        meanwhile(lambda: Api(api.key).delete(f"/memory/{stored.pop()}"), 1)
        answer = api.post(CONTINUE, {"revocation_token": token}).json()
        assert answer["summary_text"] == "No memories found."
        reads = AuditEvent.objects.filter(event_type="MEMORY_READ").order_by("id")
        assert [len(event.memory_ids) for event in reads] == [1, 0]

    def test_a_continuation_that_saw_what_is_hidden_looks_again(
        self, api: Api, meanwhile: Meanwhile
    ) -> None:
        api.remember()
        older, token = api.read()["revocation_token"], api.read()["revocation_token"]
        meanwhile(lambda: Api(api.key).revoke(token), 1)
        answer = api.post(CONTINUE, {"revocation_token": older}).json()
        assert answer["summary_text"] == "No memories found."

    @pytest.mark.parametrize("remembered", [True, False])
    def test_a_continuation_of_what_is_revoked_meanwhile_is_refused(
        self, api: Api, meanwhile: Meanwhile, remembered: bool
    ) -> None:
        if remembered:
            api.remember()
        token = api.read()["revocation_token"]
        meanwhile(lambda: Api(api.key).revoke(token), 1)
        response = api.post(CONTINUE, {"revocation_token": token})
        assert_refused(response, 403, "grant_revoked", "REVOKED")
        assert AuditEvent.objects.get(event_type="POLICY_DENIED").reason_code == "GRANT_REVOKED"

    def test_a_memory_stored_meanwhile_does_no_harm(self, api: Api, meanwhile: Meanwhile) -> None:
        api.remember()
        meanwhile(lambda: Api(api.key).remember(value_json={"likes": ["ramen"]}), 1)
        assert "pizza" in api.read()["summary_struct"]["likes"]
        assert api.read()["summary_struct"]["likes"] == ["pizza", "ramen"]

    def test_a_read_overtaken_again_and_again_gives_up_without_a_trace(
        self, api: Api, meanwhile: Meanwhile
    ) -> None:
        tokens = [api.read()["revocation_token"] for _ in range(100)]

        def revoke_and_remember() -> None:
            other = Api(api.key)
            other.revoke(tokens.pop())
            other.remember()

        api.remember()
        meanwhile(revoke_and_remember, 100)
        grants = RevocationGrant.objects.count()
        response = api.post(READ, read_body())
        assert_refused(response, 503, "unavailable", "Service temporarily unavailable")
        assert int(response.headers["Retry-After"]) > 0
        assert RevocationGrant.objects.count() == grants
        assert AuditEvent.objects.filter(event_type="MEMORY_READ").count() == 100


@pytest.mark.postgresql
class TestWaiting:
    def test_a_revoke_waits_for_a_read_that_is_being_recorded(
        self, api: Api, project: Project
    ) -> None:
        api.remember()
        token = api.read()["revocation_token"]
        subject = subject_id(bytes(project.subject_key), "test", "user_1")
        partition = Partition(subject, "preferences", "food")
        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                locks.share(partition)
                revoking = thread.submit(elsewhere, lambda: Api(api.key).revoke(token))
                wait_until_somebody_waits()
                assert not revoking.done()
            assert revoking.result(timeout=60)["revoked"] is True
        assert api.read()["summary_text"] == "No memories found."

    @pytest.mark.parametrize("share", [locks.share, lambda one: locks.share_all([one])])
    def test_a_deletion_waits_for_a_read_or_a_list_that_is_being_recorded(
        self, api: Api, project: Project, share: Callable[[Partition], None]
    ) -> None:
        path = f"/memory/{api.remember()['id']}"
        subject = subject_id(bytes(project.subject_key), "test", "user_1")
        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                share(Partition(subject, "preferences", "food"))
                deleting = thread.submit(elsewhere, lambda: Api(api.key).delete(path))
                wait_until_somebody_waits()
                assert not deleting.done()
            assert deleting.result(timeout=60).status_code == 204

    def test_a_read_waits_for_a_revoke_that_is_under_way(self, api: Api, project: Project) -> None:
        api.remember()
        subject = subject_id(bytes(project.subject_key), "test", "user_1")
        partition = Partition(subject, "preferences", "food")
        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                locks.exclude(partition)
                with connection.cursor() as cursor:
                    cursor.execute("UPDATE memory_memory SET hidden_at = created_at")
                reading = thread.submit(elsewhere, lambda: Api(api.key).read())
                wait_until_somebody_waits()
                assert not reading.done()
            assert reading.result(timeout=60)["summary_text"] == "No memories found."


def wait_until_somebody_waits(lock: str = "advisory") -> None:
    """Wait until another session waits for a lock of this kind in this database, on any node."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        f" AND wait_event_type = 'Lock' AND wait_event = '{lock}'"
    )
    if spreading.SHARDS:
        waiting = f"SELECT sum(result::int) FROM run_command_on_all_nodes($${waiting}$$)"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("Nobody waited.")
