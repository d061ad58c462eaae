"""A revoke without a token that meets reads, continuations and other revokes half-way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Project
from accounts.subjects import subject_id
from memory import locks, services
from memory.models import Memory, RevocationGrant
from memory.policy.merging import merge
from memory.statements import Partition
from tests.doors import Api, Response
from tests.makers import read_body
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CONTINUE, REVOKE
from tests.memory.test_overtaking import elsewhere, wait_until_somebody_waits
from tests.memory.test_withdrawing import NOTHING, token_of, withdraw


@pytest.mark.django_db(transaction=True)
class TestOvertaken:
    def test_a_read_that_saw_what_is_taken_back_looks_again(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.remember()
        turns = iter([True])

        def merge_late(*args: Any) -> Any:
            merged = merge(*args)
            if next(turns, False):
                elsewhere(lambda: withdraw(Api(api.key)))
            return merged

        monkeypatch.setattr(services, "merge", merge_late)
        assert api.read()["summary_text"] == NOTHING

    @pytest.mark.postgresql
    def test_it_waits_for_a_read_that_is_being_recorded_and_closes_its_grant(
        self, api: Api, project: Project
    ) -> None:
        api.remember()
        subject = subject_id(bytes(project.subject_key), "test", "user_1")
        partition = Partition(subject, "preferences", "food")
        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                locks.share(partition)
                token = token_of(api)
                taking_back = thread.submit(elsewhere, lambda: withdraw(Api(api.key)))
                wait_until_somebody_waits()
                assert not taking_back.done()
            answer = taking_back.result(timeout=60)
        assert (answer["grants_closed"], answer["memories_hidden"]) == (1, 1)
        assert_refused(api.post(CONTINUE, token), 403, "grant_revoked", "REVOKED")

    @pytest.mark.postgresql
    @pytest.mark.parametrize("begin", ["read", "continue", "revoke", "withdraw", "list"])
    def test_what_reads_or_takes_back_meanwhile_waits_for_it(
        self, api: Api, project: Project, begin: str
    ) -> None:
        api.remember()
        token = token_of(api)
        subject = subject_id(bytes(project.subject_key), "test", "user_1")
        requests = {
            "read": ("/memory/read", read_body(), 200),
            "continue": (CONTINUE, token, 403),
            "revoke": (REVOKE, token, 404),
            "withdraw": (REVOKE, {"user_id": "user_1"}, 200),
            "list": ("/memory?user_id=user_1", None, 200),
        }
        path, body, status = requests[begin]

        def ask() -> Response:
            other = Api(api.key)
            return other.get(path) if body is None else other.post(path, body)

        at = timezone.now()
        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                locks.exclude_user(subject)
                waiting = thread.submit(elsewhere, ask)
                wait_until_somebody_waits()
                Memory.objects.update(hidden_at=at)
                RevocationGrant.objects.update(revoked_at=at)
            response = waiting.result(timeout=60)
        assert response.status_code == status
        assert "pizza" not in response.content.decode()
