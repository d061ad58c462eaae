"""Several memories in one request: all of them are stored, or none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuditEvent, Project
from accounts.subjects import subject_id
from memory import tallies
from memory.models import IdempotencyRecord, Memory, RevocationGrant, Tally
from tests.doors import Api, Response
from tests.makers import make_key, memory_body, read_body
from tests.memory.answers import assert_refused, rows_stored
from tests.memory.bad_requests import BATCH, CREATE
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock


def batch(*bodies: dict[str, Any]) -> dict[str, Any]:
    return {"memories": list(bodies)}


def many(number: int, **fields: Any) -> dict[str, Any]:
    """Return a batch of so many memories, each of which says something else."""
    values = ({"likes": [f"dish {index}"]} for index in range(number))
    return batch(*(memory_body(**{"value_json": value, **fields}) for value in values))


def send(api: Api, body: dict[str, Any], key: str | None = None) -> Response:
    once = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(BATCH, body, **once)


def items(response: Response) -> list[dict[str, Any]]:
    assert response.status_code == 201, response.content
    found: list[dict[str, Any]] = response.json()["items"]
    return found


def row(id_: str) -> dict[str, Any]:
    return {**Memory.objects.values().get(pk=id_)}


def used(project: Project, kind: str = "memories") -> int:
    return tallies.used(project.pk, "test", at=timezone.now())[kind]


@pytest.mark.django_db
class TestStoring:
    def test_each_is_answered_as_by_a_create_of_its_own(self, clock: Clock, api: Api) -> None:
        bodies = [
            memory_body(user_id=" user_2 ", ttl_days=3),
            memory_body(domain=None, scope="communication", replace=True),
            memory_body(),
        ]
        answers = items(send(api, batch(*bodies)))
        for body, answer in zip(bodies, answers, strict=True):
            alone = api.post(CREATE, body).json()
            assert answer.pop("id") != alone.pop("id")
            assert answer == alone

    def test_each_is_stored_as_by_a_create_of_its_own(self, clock: Clock, api: Api) -> None:
        bodies = [memory_body(ttl_days=3, replace=True), memory_body(user_id="user_2", domain=None)]
        ids = [one["id"] for one in items(send(api, batch(*bodies)))]
        for body, id_ in zip(bodies, ids, strict=True):
            alone = api.post(CREATE, body).json()["id"]
            assert {**row(id_), "id": None} == {**row(alone), "id": None}

    def test_each_has_a_record_of_its_own(self, api: Api, project: Project) -> None:
        body = batch(memory_body(replace=True), memory_body(user_id="user_2", domain=None))
        response = api.post(BATCH, body, HTTP_X_REQUEST_ID="request-1")
        ids = [one["id"] for one in items(response)]
        events = list(AuditEvent.objects.filter(event_type="MEMORY_CREATE").order_by("id"))
        assert [event.memory_ids for event in events] == [[id_] for id_ in ids]
        assert [event.user_id for event in events] == ["user_1", "user_2"]
        assert [event.domain for event in events] == ["food", None]
        assert [event.meta for event in events] == [{"replace": True}, {}]
        assert {event.request_id for event in events} == {"request-1"}
        assert len({event.decision_id for event in events}) == 2
        subject = subject_id(bytes(project.subject_key), "test", "user_2")
        assert events[1].subject_id == subject

    def test_what_comes_later_in_it_was_said_later(self, api: Api) -> None:
        amounts = [memory_body(value_json={"size": size}, replace=True) for size in range(100)]
        items(send(api, batch(*amounts)))
        assert api.read()["summary_struct"]["settings"] == {"size": 99}

    def test_a_hundred_cost_a_few_statements(
        self, api: Api, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        items(send(api, many(1)))  # the project's count has its rows
        with django_assert_max_num_queries(10):
            items(send(api, many(100)))
        assert Memory.objects.count() == used(project) == 101

    def test_it_counts_as_one_request(self, api: Api) -> None:
        before = int(api.get("/policy").headers["X-RateLimit-Remaining"])
        assert int(send(api, many(5)).headers["X-RateLimit-Remaining"]) == before - 1

    def test_a_megabyte_fits(self, api: Api) -> None:
        body = many(30, value_json={"k": "x" * 32_000})
        assert len(items(api.post(BATCH, json.dumps(body).ljust(1 << 20)))) == 30

    def test_a_bad_one_among_them_leaves_nothing(self, api: Api) -> None:
        before = rows_stored()
        response = send(api, batch(memory_body(), memory_body(scope="x")))
        assert_refused(response, 422, "invalid_scope")
        assert rows_stored() == before

    def test_a_key_for_some_scopes_stores_none_of_it(self, project: Project) -> None:
        narrow = Api(make_key(project, "Narrow", scopes=["schedule", "constraints"])[1])
        bodies = [memory_body(scope="constraints"), memory_body(), memory_body(user_id="user_2")]
        for key in (None, "order-1"):
            body = assert_refused(
                send(narrow, batch(*bodies), key),
                403,
                "permission_denied",
                "API key may not use the scope 'preferences'",
            )
            assert (body["scope"], body["item"]) == ("preferences", "memories[1]")
        assert not Memory.objects.exists()
        assert not IdempotencyRecord.objects.exists()
        events = AuditEvent.objects.filter(event_type="POLICY_DENIED")
        assert {(one.scope, one.user_id, one.reason_code) for one in events} == {
            ("preferences", "user_1", "KEY_SCOPE")
        }

    def test_nobody_else_sees_it(self, api: Api, project: Project, stranger: Any) -> None:
        items(send(api, many(3)))
        others = [
            make_key(project, "Live", environment="live")[1],
            make_key(stranger.projects.get())[1],
        ]
        for key in others:
            assert Api(key).read()["summary_text"] == "No memories found."
        assert api.read()["confidence"] > 0.5


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", [None, "order-1"])
def test_without_a_record_nothing_is_stored(api: Api, way: str, key: str | None) -> None:
    items(send(api, many(1)))
    tables = (Memory, RevocationGrant, IdempotencyRecord, AuditEvent, Tally)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with broken_record(way):
        response = send(api, many(3), key)
    assert response.status_code in (500, 503)
    assert response.json().keys() == {"detail", "code", "request_id", "doc_url"}
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    assert len(items(send(api, many(3), key))) == 3


@pytest.mark.django_db
class TestOnce:
    def test_a_repeat_is_answered_the_same_and_stores_nothing(self, clock: Clock, api: Api) -> None:
        body = batch(memory_body(ttl_days=3), memory_body(user_id="user_2", domain=None))
        first = send(api, body, "order-1")
        stored = rows_stored()
        clock.advance(hours=1)
        again = send(api, body, "order-1")
        assert again.headers["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first.headers
        assert (again.status_code, again.content) == (201, first.content)
        assert rows_stored() == stored
        assert stored["IdempotencyRecord"] == 1
        clock.advance(hours=23)
        assert send(api, body, "order-1").content != first.content

    @pytest.mark.parametrize(
        "other",
        [
            many(2),
            many(4),
            batch(*reversed(many(3)["memories"])),
            batch(*many(2)["memories"], memory_body(user_id="user_2")),
        ],
        ids=["fewer", "more", "another order", "another user"],
    )
    def test_the_key_of_another_batch_is_refused(self, api: Api, other: dict[str, Any]) -> None:
        items(send(api, many(3), "order-1"))
        stored = rows_stored()
        assert_refused(send(api, other, "order-1"), 409, "idempotency_conflict")
        assert rows_stored() == stored

    def test_a_batch_of_one_and_a_create_are_two_requests(self, api: Api) -> None:
        one = memory_body()
        items(send(api, batch(one), "order-1"))
        refused = api.post(CREATE, one, HTTP_IDEMPOTENCY_KEY="order-1")
        assert_refused(refused, 409, "idempotency_conflict")
        assert api.post(CREATE, one, HTTP_IDEMPOTENCY_KEY="order-2").status_code == 201
        assert_refused(send(api, batch(one), "order-2"), 409, "idempotency_conflict")

    def test_the_answer_about_one_user_is_erased_with_them(self, api: Api) -> None:
        items(send(api, many(2), "order-1"))
        assert api.delete("/users/user_1").json()["idempotency_records_deleted"] == 1
        assert "Idempotency-Replayed" not in send(api, many(2), "order-1").headers
        assert Memory.objects.count() == 2

    def test_the_answer_about_several_names_none_of_them_and_stays(self, api: Api) -> None:
        body = batch(memory_body(domain="cheese"), memory_body(user_id="user_2"))
        first = send(api, body, "order-1")
        kept = str(IdempotencyRecord.objects.values().get())
        assert not [word for word in ("user_", "cheese", "food", "pizza") if word in kept]
        api.delete("/users/user_1")
        assert send(api, body, "order-1").content == first.content
        assert Memory.objects.get().user_id == "user_2"


def assert_reached(response: Response, ceiling: str, item: str | None) -> None:
    body = assert_refused(response, 409, "ceiling_reached")
    assert (body["ceiling"], body.get("item")) == (ceiling, item)
    assert "Retry-After" not in response.headers


@pytest.mark.django_db
class TestCeilings:
    @pytest.mark.parametrize("key", [None, "order-1"])
    def test_what_does_not_fit_into_its_partition_takes_all_others_with_it(
        self, api: Api, project: Project, settings: Settings, key: str | None
    ) -> None:
        settings.MEMORIES_PER_PARTITION = 3
        api.remember()
        others = [memory_body(domain=f"d{number}") for number in range(5)]
        stored = rows_stored()
        beyond = batch(memory_body(), *others, *many(3)["memories"])
        assert_reached(send(api, beyond, key), "partition_memories", "memories[7]")
        assert rows_stored() == stored
        assert used(project) == 1
        items(send(api, batch(memory_body(), *others, memory_body()), key))
        assert_reached(send(api, many(1)), "partition_memories", "memories[0]")

    def test_bytes_are_added_up(self, api: Api, settings: Settings) -> None:
        value = {"likes": ["öl"]}
        size = len('{"likes":["öl"]}'.encode())
        settings.BYTES_PER_PARTITION = 4 * size
        api.remember(value_json=value)
        refused = send(api, many(4, value_json=value))
        assert_reached(refused, "partition_bytes", "memories[3]")
        items(send(api, many(3, value_json=value)))
        assert_reached(send(api, many(1, value_json={})), "partition_bytes", "memories[0]")

    def test_a_projects_memories_are_counted_exactly_whoever_they_are_about(
        self, api: Api, project: Project, settings: Settings
    ) -> None:
        settings.MEMORIES_PER_PROJECT = 70
        api.remember(user_id="user_0")
        people = [memory_body(user_id=f"user_{number}") for number in range(50)]
        items(send(api, batch(*people)))
        stored = rows_stored()
        assert_reached(send(api, batch(*people[:20])), "memories", None)
        assert rows_stored() == stored
        items(send(api, batch(*people[:19])))
        assert Memory.objects.count() == used(project) == 70
        assert_reached(send(api, batch(*people[:1])), "memories", None)

    def test_what_has_expired_makes_room_for_several(
        self, clock: Clock, api: Api, settings: Settings
    ) -> None:
        settings.MEMORIES_PER_PROJECT = 10
        items(send(api, many(9, ttl_days=1)))
        assert_reached(send(api, many(2)), "memories", None)
        clock.advance(days=1, minutes=1)
        items(send(api, many(10)))
        assert_reached(send(api, many(1)), "memories", None)

    def test_no_key_is_kept_beyond_its_ceiling(self, api: Api, settings: Settings) -> None:
        settings.IDEMPOTENCY_KEYS_PER_PROJECT = 1
        items(send(api, many(2), "order-1"))
        stored = rows_stored()
        assert_reached(send(api, many(2), "order-2"), "idempotency_keys", None)
        assert rows_stored() == stored
        assert api.read()["confidence"] > 0.5

    def test_what_a_revoke_hides_counts_no_longer(self, api: Api, project: Project) -> None:
        items(send(api, many(7)))
        assert api.post("/memory/revoke", {"user_id": "user_1"}).json()["memories_hidden"] == 7
        assert used(project) == 0
        assert api.post("/memory/read", read_body()).json()["confidence"] == 0.0
