"""Reads under several scopes and domains at once: each with its own answer, or its own refusal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuditEvent, Project
from memory import tallies
from memory.models import IdempotencyRecord, Memory, RevocationGrant
from tests.doors import Api
from tests.makers import NOW, make_key
from tests.memory.answers import rows_stored
from tests.memory.bad_requests import CONTINUE, READ, READ_BATCH, REVOKE
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock
from tests.memory.registered import register, retire
from tests.memory.test_overtaking import Meanwhile, meanwhile

__all__ = ["meanwhile"]

PURPOSE = "recommend restaurants"
FOOD = {"scope": "preferences", "domain": "food"}
TRAVEL = {"scope": "preferences", "domain": "travel"}
LIMITS = {"scope": "constraints"}
CALENDAR = {"scope": "schedule"}  # not for recommendations


def asked(*places: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {"user_id": "user_1", "purpose": PURPOSE, "reads": list(places), **fields}


def read(api: Api, *places: dict[str, str], **fields: Any) -> list[dict[str, Any]]:
    response = api.post(READ_BATCH, asked(*places, **fields))
    assert response.status_code == 200, response.content
    items: list[dict[str, Any]] = response.json()["items"]
    for item in items:
        told = {"answer"} if item["status"] == 200 else {"error"}
        assert item.keys() == {"scope", "domain", "status"} | told
    return items


def places(items: list[dict[str, Any]]) -> list[tuple[str, str | None, int]]:
    return [(item["scope"], item["domain"], item["status"]) for item in items]


def likes(item: dict[str, Any]) -> list[str]:
    found: list[str] = item["answer"]["summary_struct"].get("likes", [])
    return found


@pytest.fixture
def known(api: Api) -> None:
    """Let a user have said something in several places."""
    api.remember(value_json={"likes": ["pizza"]})
    api.remember(domain="travel", value_json={"likes": ["trains"]})
    api.remember(domain=None, value_json={"likes": ["quiet"]})
    api.remember(scope="constraints", domain=None, value_json={"max_price": 50})
    api.remember(user_id="user_2", domain="travel", value_json={"likes": ["planes"]})


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
class TestReading:
    def test_each_has_the_answer_of_a_read_alone(self, clock: Clock, api: Api) -> None:
        items = read(api, TRAVEL, LIMITS, FOOD, detail=True, max_age_days=3)
        assert places(items) == [
            ("preferences", "travel", 200),
            ("constraints", None, 200),
            ("preferences", "food", 200),
        ]
        for item, place in zip(items, (TRAVEL, LIMITS, FOOD), strict=True):
            body = {"user_id": "user_1", "purpose": PURPOSE, "detail": True, "max_age_days": 3}
            alone = api.post(READ, {**body, **place}).json()
            assert item["answer"].pop("revocation_token") != alone.pop("revocation_token")
            assert item["answer"] == alone

    def test_each_has_a_token_of_its_own(self, api: Api) -> None:
        food, travel = (
            {"revocation_token": item["answer"]["revocation_token"]}
            for item in read(api, FOOD, TRAVEL)
        )
        assert api.post(REVOKE, food).status_code == 200
        assert api.post(CONTINUE, food).status_code == 403
        assert api.post(CONTINUE, travel).json()["summary_struct"]["likes"] == ["trains"]
        assert [likes(item) for item in read(api, FOOD, TRAVEL)] == [[], ["trains"]]

    def test_what_is_denied_has_the_refusal_of_a_read_alone_beside_the_others(
        self, api: Api
    ) -> None:
        items = read(api, FOOD, CALENDAR, LIMITS)
        assert [item["status"] for item in items] == [200, 403, 200]
        alone = api.post(READ, {"user_id": "user_1", "purpose": PURPOSE, **CALENDAR}).json()
        for drawn in ("decision_id", "request_id"):
            assert items[1]["error"].pop(drawn) != alone.pop(drawn)
        assert items[1]["error"] == alone
        assert alone["code"] == "policy_denied"

    def test_each_has_a_record_and_a_decision_of_its_own(self, api: Api) -> None:
        before = rows_stored()
        response = api.post(READ_BATCH, asked(FOOD, CALENDAR, TRAVEL, TRAVEL))
        after = rows_stored()
        assert after["RevocationGrant"] == before["RevocationGrant"] + 3
        assert after["AuditEvent"] == before["AuditEvent"] + 4
        events = AuditEvent.objects.filter(request_id=response.headers["X-Request-ID"])
        assert len({event.decision_id for event in events}) == 4
        reads = events.filter(event_type="MEMORY_READ")
        assert sorted(str(event.domain) for event in reads) == ["food", "travel", "travel"]
        assert {(event.purpose, len(event.memory_ids)) for event in reads} == {(PURPOSE, 1)}
        grants = RevocationGrant.objects.values_list("pk", flat=True)
        assert set(reads.values_list("revocation_grant_id", flat=True)) == set(grants)
        denied = events.get(event_type="POLICY_DENIED")
        assert (denied.scope, denied.reason_code) == ("schedule", "POLICY_DENIED")
        error = response.json()["items"][1]["error"]
        assert denied.decision_id == UUID(error["decision_id"])

    def test_all_that_are_denied_are_an_answer_too(self, api: Api) -> None:
        items = read(api, FOOD, CALENDAR, purpose="sell it")
        assert [item["status"] for item in items] == [403, 403]
        assert not RevocationGrant.objects.exists()
        assert AuditEvent.objects.filter(event_type="POLICY_DENIED").count() == 2

    def test_a_key_for_some_scopes_reads_these(self, project: Project) -> None:
        narrow = Api(make_key(project, "Narrow", scopes=["constraints"])[1])
        items = read(narrow, FOOD, LIMITS, {"scope": "preferences", "domain": "*"})
        assert places(items) == [
            ("preferences", "food", 403),
            ("constraints", None, 200),
            ("preferences", "*", 403),
        ]
        assert {item["error"]["reason"] for item in items if "error" in item} == {"KEY_SCOPE"}

    def test_a_registered_purpose_holds_for_its_scopes(self, api: Api, project: Project) -> None:
        purpose = register(project, scopes=["constraints"])
        items = read(api, FOOD, LIMITS, purpose="gift_finder")
        assert [item["status"] for item in items] == [403, 200]
        assert items[0]["error"]["reason"] == "PURPOSE_SCOPE"
        retire(project, purpose)
        items = read(api, FOOD, LIMITS, purpose="gift_finder")
        assert [item["status"] for item in items] == [403, 403]

    def test_nobody_else_reads_it(self, project: Project, stranger: Any) -> None:
        others = [
            make_key(project, "Live", environment="live")[1],
            make_key(stranger.projects.get())[1],
        ]
        for key in others:
            items = read(Api(key), FOOD, {"scope": "preferences", "domain": "*"})
            assert places(items) == [("preferences", "food", 200), ("preferences", None, 200)]
            assert [likes(item) for item in items] == [[], []]

    def test_twelve_cost_few_statements_more_than_one(
        self, api: Api, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        read(api, FOOD)
        with django_assert_max_num_queries(22):
            read(api, *[FOOD, TRAVEL, LIMITS] * 4)


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
class TestCeiling:
    def test_so_many_are_read_as_there_is_room_for(self, api: Api, settings: Settings) -> None:
        settings.GRANTS_PER_PROJECT = 2
        items = read(api, FOOD, CALENDAR, TRAVEL, LIMITS)
        assert [item["status"] for item in items] == [200, 403, 200, 409]
        error = items[3]["error"]
        assert (error["code"], error["ceiling"], error["most"]) == ("ceiling_reached", "grants", 2)
        assert RevocationGrant.objects.count() == 2
        assert AuditEvent.objects.filter(event_type="MEMORY_READ").count() == 2
        assert [item["status"] for item in read(api, FOOD, LIMITS)] == [409, 409]

    def test_all_of_them_are_counted(self, api: Api, project: Project) -> None:
        read(api, FOOD, TRAVEL, LIMITS)
        assert tallies.used(project.pk, "test", at=NOW)["grants"] == 3


@pytest.mark.usefixtures("transactional_db", "known")
class TestOvertaken:
    def test_what_was_revoked_meanwhile_is_looked_for_again(
        self, api: Api, meanwhile: Meanwhile
    ) -> None:
        token = read(api, FOOD)[0]["answer"]["revocation_token"]
        meanwhile(lambda: Api(api.key).revoke(token), 1)
        items = read(api, FOOD, TRAVEL)
        assert [likes(item) for item in items] == [[], ["trains"]]
        reads = AuditEvent.objects.filter(event_type="MEMORY_READ", domain="food").order_by("id")
        assert [len(event.memory_ids) for event in reads] == [1, 0]

    def test_also_what_was_revoked_while_others_were_still_looked_for(
        self, api: Api, meanwhile: Meanwhile
    ) -> None:
        """The first is decided no earlier than the last."""
        left = ["travel", "food"]

        def revoke_the_one_before() -> None:
            body = {"user_id": "user_1", "scope": "preferences", "domain": left.pop()}
            assert Api(api.key).post(REVOKE, body).status_code == 200

        meanwhile(revoke_the_one_before, 2)
        items = read(api, FOOD, TRAVEL, LIMITS)
        assert [likes(item) for item in items[:2]] == [[], []]
        assert items[2]["answer"]["summary_struct"]["constraints"] == {"max_price": 50}

    def test_one_that_is_overtaken_again_and_again_is_refused_alone(
        self, api: Api, meanwhile: Meanwhile
    ) -> None:
        def revoke_and_remember() -> None:
            other = Api(api.key)
            body = {"user_id": "user_1", "scope": "preferences", "domain": "food"}
            assert other.post(REVOKE, body).status_code == 200
            other.remember()

        meanwhile(revoke_and_remember, 100)
        items = read(api, TRAVEL, FOOD)
        assert [item["status"] for item in items] == [200, 503]
        assert items[1]["error"]["code"] == "unavailable"
        assert RevocationGrant.objects.get().domain == "travel"


CANARY = "canary-4711"


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("reads", [[FOOD, LIMITS], [CALENDAR], [CALENDAR, FOOD]])
def test_without_a_record_nothing_is_told(api: Api, way: str, reads: list[dict[str, str]]) -> None:
    api.remember(value_json={"likes": [CANARY]})
    read(api, FOOD)
    tables = (Memory, RevocationGrant, IdempotencyRecord, AuditEvent)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with broken_record(way):
        response = api.post(READ_BATCH, asked(*reads))
    assert response.status_code in (500, 503)
    assert response.json().keys() == {"detail", "code", "request_id", "doc_url"}
    assert CANARY not in response.content.decode()
    assert "rev_" not in response.content.decode()
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    assert len(read(api, *reads)) == len(reads)
