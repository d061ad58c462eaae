"""Sending a create twice: a retry after a broken connection stores nothing twice."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent, Project, User
from memory import locks, schemas
from memory.models import IdempotencyRecord, Memory
from memory.remembering import request_digest, what_it_says
from tests.doors import Api, Response, plain_client, under_each_server
from tests.makers import make_key, make_project, memory_body
from tests.memory.answers import assert_refused, rows_stored, subject_of
from tests.memory.bad_requests import CREATE
from tests.memory.broken import broken_record
from tests.memory.conftest import Clock

RACERS = 6
ROUNDS = 5


def send(api: Api, key: str = "order-1", **fields: Any) -> Response:
    return api.post(CREATE, memory_body(**fields), HTTP_IDEMPOTENCY_KEY=key)


class TestRepeats:
    def test_a_repeat_gets_the_first_answer_again(self, clock: Clock, api: Api) -> None:
        first = send(api, ttl_days=30)
        assert first.status_code == 201
        assert "Idempotency-Replayed" not in first.headers
        stored = rows_stored()
        clock.advance(hours=1, microseconds=7)
        again = send(api, ttl_days=30)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert rows_stored() == stored
        assert Memory.objects.count() == 1

    def test_the_answer_is_that_of_a_create_without_a_key(self, clock: Clock, api: Api) -> None:
        plain = api.post(CREATE, memory_body()).json()
        with_key = send(api).json()
        del plain["id"], with_key["id"]
        assert with_key == plain

    def test_another_body_with_the_same_key_is_a_conflict(self, api: Api) -> None:
        send(api)
        stored = rows_stored()
        for other in (
            {"user_id": "user_2"},
            {"domain": None},
            {"domain": "travel"},
            {"scope": "constraints"},
            {"source": "inferred"},
            {"ttl_days": 1},
            {"replace": True},
            {"value_json": {"likes": ["pizza"], "dislikes": ["olive"]}},
        ):
            assert_refused(send(api, **other), 409, "idempotency_conflict")
        assert rows_stored() == stored
        assert send(api).headers["Idempotency-Replayed"] == "true"

    def test_the_order_of_fields_does_not_matter(self, api: Api) -> None:
        send(api)
        backwards = dict(reversed(memory_body().items()))
        again = api.post(CREATE, json.dumps(backwards, indent=4), HTTP_IDEMPOTENCY_KEY="order-1")
        assert again.headers["Idempotency-Replayed"] == "true"

    def test_a_replace_of_false_is_none(self, api: Api) -> None:
        send(api)
        assert send(api, replace=False).headers["Idempotency-Replayed"] == "true"

    def test_the_order_of_keys_within_the_value_does_not_matter(self, api: Api) -> None:
        value = {"b": {"y": 1, "x": 2}, "a": 3}
        send(api, value_json=value)
        again = send(api, value_json={"a": 3, "b": {"x": 2, "y": 1}})
        assert again.status_code == 201
        assert again.headers["Idempotency-Replayed"] == "true"

    def test_the_order_of_a_list_does_matter(self, api: Api) -> None:
        send(api, value_json=["a", "b"])
        response = send(api, value_json=["b", "a"])
        assert_refused(response, 409, "idempotency_conflict")

    def test_another_key_stores_another_memory(self, api: Api) -> None:
        ids = {send(api, key).json()["id"] for key in ("a", "b", "A", "a ", "ab")}
        assert len(ids) == Memory.objects.count() == 5

    def test_a_key_is_forgotten_after_a_day(self, clock: Clock, api: Api) -> None:
        first = send(api)
        clock.advance(hours=24, seconds=-1)
        assert send(api).content == first.content
        clock.advance(seconds=1)
        second = send(api, user_id="user_2")
        assert second.status_code == 201
        assert "Idempotency-Replayed" not in second.headers
        assert second.json()["id"] != first.json()["id"]
        assert send(api, user_id="user_2").content == second.content
        assert Memory.objects.count() == 2
        assert IdempotencyRecord.objects.filter(expires_at__gt=clock.now).count() == 1

    def test_a_repeat_is_answered_after_the_memory_was_hidden(self, api: Api) -> None:
        first = send(api)
        api.revoke(api.read()["revocation_token"])
        assert send(api).content == first.content
        assert api.read()["summary_text"] == "No memories found."

    def test_only_a_create_looks_at_the_key(self, api: Api) -> None:
        key = {"HTTP_IDEMPOTENCY_KEY": "order-1"}
        body = {"user_id": "user_1", "scope": "preferences", "purpose": "recommend books"}
        tokens = {
            api.post("/memory/read", body, **key).json()["revocation_token"] for _ in range(2)
        }
        assert len(tokens) == 2
        assert not IdempotencyRecord.objects.exists()


class TestDigests:
    """A retry may come after an upgrade: what a request's digest is made of does not change."""

    @pytest.mark.parametrize(
        ("fields", "told"),
        [({}, b""), ({"replace": False}, b""), ({"replace": True}, b',"replace":true')],
        ids=["nothing said", "false", "true"],
    )
    def test_a_digest_holds_what_the_first_version_had_and_then_what_was_told(
        self, fields: dict[str, Any], told: bytes
    ) -> None:
        memory = schemas.create_memory(memory_body(ttl_days=30, **fields))
        request = (
            b'[{"user_id":"user_1","scope":"preferences","domain":"food",'
            b'"source":"explicit_user_input","ttl_days":30,"value_json":""' + told + b"},"
            b'{"dislikes":["olives"],"likes":["pizza"]}]'
        )
        assert request_digest(b"key", what_it_says(memory)) == hmac.digest(
            b"key", request, "sha256"
        )


class TestWhoseKeyItIs:
    @pytest.mark.parametrize(
        "whose",
        [
            lambda project, stranger: make_key(project, "Live", environment="live"),
            lambda project, stranger: make_key(make_project(project.owner)),
            lambda project, stranger: make_key(stranger.projects.get()),
        ],
        ids=["the other environment", "the owner's other project", "a stranger"],
    )
    def test_projects_and_environments_keep_their_own(
        self, api: Api, project: Project, stranger: User, whose: Callable[..., tuple[Any, str]]
    ) -> None:
        other = Api(whose(project, stranger)[1])
        first = send(api)
        second = send(other)
        assert second.status_code == 201
        assert "Idempotency-Replayed" not in second.headers
        assert first.json()["id"] != second.json()["id"]
        assert send(other, user_id="user_2").status_code == 409
        assert send(api).content == first.content

    def test_two_keys_of_one_environment_share_it(self, api: Api, project: Project) -> None:
        first = send(api)
        assert send(Api(make_key(project, "Second")[1])).content == first.content


class TestErrors:
    @pytest.mark.parametrize(
        "bad", [{"user_id": ""}, {"scope": "x"}, {"value_json": []}, {"source": None}], ids=str
    )
    def test_a_refusal_is_not_kept(self, api: Api, bad: dict[str, Any]) -> None:
        assert send(api, **bad).status_code in (400, 422)
        assert not IdempotencyRecord.objects.exists()
        good = send(api)
        assert good.status_code == 201
        assert "Idempotency-Replayed" not in good.headers

    def test_a_refusal_does_not_end_what_is_kept(self, api: Api) -> None:
        first = send(api)
        assert send(api, scope="x").status_code == 422
        assert send(api).content == first.content

    def test_a_create_that_failed_can_be_repeated(self, transactional_db: None, api: Api) -> None:
        with broken_record("no table"):
            assert send(api).status_code in (500, 503)
        assert not IdempotencyRecord.objects.exists()
        assert send(api).status_code == 201
        assert Memory.objects.count() == 1

    def test_the_kept_answer_does_not_hold_the_value(self, api: Api) -> None:
        send(api, value_json={"likes": ["canary-4711"]})
        record = IdempotencyRecord.objects.values().get()
        assert "canary" not in str(record)


class TestRaces:
    @under_each_server
    def test_two_at_once_store_one_memory(self, service: str, project: Project) -> None:
        headers = {"X-API-Key": make_key(project)[1]}
        start = Barrier(RACERS)

        def race(round_number: int) -> httpx.Response:
            key = {**headers, "Idempotency-Key": f"round-{round_number}"}
            with plain_client(base_url=service, headers=key, timeout=30) as client:
                client.get("/healthz")
                start.wait(timeout=30)
                return client.post("/memory", json=memory_body(user_id=f"user_{round_number}"))

        for number in range(ROUNDS):
            with ThreadPoolExecutor(RACERS) as threads:
                answers = list(threads.map(race, [number] * RACERS))
            stored = [answer for answer in answers if answer.status_code == 201]
            assert len({answer.content for answer in stored}) == 1
            assert sum("Idempotency-Replayed" not in answer.headers for answer in stored) == 1
            for answer in answers:
                if answer.status_code != 201:
                    assert answer.status_code == 409, answer.content
                    assert answer.json()["code"] == "idempotency_conflict"
                    assert answer.headers["Retry-After"] == "1"
            assert str(Memory.objects.get(user_id=f"user_{number}").pk) in stored[0].text
        assert AuditEvent.objects.filter(event_type="MEMORY_CREATE").count() == ROUNDS

    @pytest.mark.postgresql
    def test_while_the_first_is_running_a_repeat_is_told_to_wait(
        self, transactional_db: None, api: Api, project: Project
    ) -> None:
        def repeat() -> Response:
            try:
                return send(api)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                assert locks.claim(subject_of(project), "test", "order-1")
                response = thread.submit(repeat).result(timeout=30)
                assert thread.submit(send, api, "order-2").result(timeout=30).status_code == 201
            assert_refused(response, 409, "idempotency_conflict")
            assert response.headers["Retry-After"] == "1"
            assert thread.submit(repeat).result(timeout=30).status_code == 201
        assert Memory.objects.count() == 2
