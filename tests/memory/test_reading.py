"""Storing and reading: what takes part in an answer, and what the answer says."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from accounts.models import Project
from foundation.identifiers import new_id
from memory.models import Memory, RevocationGrant
from memory.revocation_tokens import PATTERN
from tests.doors import Api
from tests.makers import NOW, memory_body, read_body
from tests.memory.bad_requests import CONTINUE, CREATE, READ
from tests.memory.conftest import Clock


def likes(api: Api, **fields: object) -> list[str]:
    """Return what a read says the user likes; nothing when there are no memories."""
    found: list[str] = api.read(**fields)["summary_struct"].get("likes", [])
    return found


class TestStoring:
    def test_the_answer_says_what_was_stored(self, clock: Clock, api: Api) -> None:
        stored = api.remember(ttl_days=30)
        assert stored == {
            "id": str(Memory.objects.get().pk),
            "user_id": "user_1",
            "scope": "preferences",
            "domain": "food",
            "created_at": "2026-11-23T12:00:00Z",
            "expires_at": "2026-12-23T12:00:00Z",
        }
        assert UUID(stored["id"]).version == 7

    def test_a_missing_domain_and_life_are_null(self, api: Api) -> None:
        stored = api.remember(domain=None)
        assert (stored["domain"], stored["expires_at"]) == (None, None)

    def test_null_is_like_absent(self, api: Api) -> None:
        body = {**memory_body(), "domain": None, "ttl_days": None}
        stored = api.post(CREATE, body).json()
        assert (stored["domain"], stored["expires_at"]) == (None, None)
        assert api.post(CREATE, {**memory_body(), "replace": None}).status_code == 201
        assert not Memory.objects.filter(replace=True).exists()
        body = {**read_body(), "domain": None, "max_age_days": None}
        assert api.post(READ, body).json()["confidence"] == 0.47

    def test_a_value_is_kept_as_it_was_sent(self, api: Api) -> None:
        text = (
            '{"zebra":"<b>&amp; \\"Crème\\" 🦄</b>","Apple":[1,1.0,-2.50,true,null],'
            '"favorite-Food":"  Pizza ","a":{"z":1,"b":2},"\\u00e9":"e\\u0301"}'
        )
        body = json.dumps(memory_body(value_json="@")).replace('"@"', text)
        assert api.post(CREATE, body).status_code == 201
        kept = Memory.objects.get().value_json
        assert kept == (
            '{"zebra":"<b>&amp; \\"Crème\\" 🦄</b>","Apple":[1,1.0,-2.5,true,null],'
            '"favorite-Food":"  Pizza ","a":{"z":1,"b":2},"é":"e\u0301"}'
        )

    def test_nothing_is_escaped_for_pages(self, api: Api) -> None:
        text = "<script>alert('1 & 2')</script>"
        api.remember(value_json={"likes": [text]})
        assert likes(api) == [text]
        assert text in api.post(READ, read_body()).content.decode()

    def test_a_row_tells_whose_it_is(self, clock: Clock, api: Api, project: Project) -> None:
        api.remember(source="inferred", ttl_days=1)
        row = Memory.objects.get()
        assert (row.project_id, row.environment) == (project.pk, "test")
        assert (row.user_id, row.scope, row.domain) == ("user_1", "preferences", "food")
        assert (row.source, row.created_at) == ("inferred", NOW)
        assert (row.expires_at, row.hidden_at) == (NOW + timedelta(days=1), None)
        assert row.replace is False


class TestWhoAndWhat:
    def test_surrounding_white_space_is_no_part_of_a_name(self, api: Api) -> None:
        stored = api.remember(user_id=" user_1\n", domain="\tfood\u3000")
        assert (stored["user_id"], stored["domain"]) == ("user_1", "food")
        assert likes(api) == ["pizza"]
        assert likes(api, user_id="\u00a0user_1", domain=" food ") == ["pizza"]

    @pytest.mark.parametrize(
        "name",
        [
            "用户",
            "🦄👩‍👩‍👧",
            "müller@example.com",
            "'; DROP TABLE memory_memory; --",
            "%s",
            "{}",
            "a b",
            "../x",
            "\u202e",
        ],
    )
    def test_users_and_domains_are_named_by_the_caller(self, api: Api, name: str) -> None:
        assert api.remember(user_id=name, domain=name)["user_id"] == name
        assert likes(api, user_id=name, domain=name) == ["pizza"]

    @pytest.mark.parametrize(
        "other",
        [
            {"user_id": "user_2"},
            {"user_id": "USER_1"},
            {"user_id": "user_1 x"},
            {"user_id": "\uff55ser_1"},
            {"domain": "Food"},
            {"domain": "foo"},
            {"domain": "food  x"},
            {"domain": None},
            {"scope": "communication", "purpose": "generate content"},
        ],
        ids=str,
    )
    def test_another_user_domain_or_scope_is_kept_apart(
        self, api: Api, other: dict[str, str]
    ) -> None:
        api.remember()
        assert api.read(**other)["summary_text"] == "No memories found."

    def test_a_read_without_a_domain_finds_only_what_has_none(self, api: Api) -> None:
        api.remember(value_json={"likes": ["with a domain"]})
        api.remember(domain=None, value_json={"likes": ["without"]})
        assert likes(api, domain=None) == ["without"]
        assert likes(api) == ["with a domain"]

    def test_names_do_not_run_into_each_other(self, api: Api) -> None:
        api.remember(user_id="a", domain="bc")
        for user_id, domain in (("ab", "c"), ("abc", None), ("a", "b"), ("abc", "abc")):
            assert likes(api, user_id=user_id, domain=domain) == []


class TestTime:
    def test_a_memory_lives_to_the_second(self, clock: Clock, api: Api) -> None:
        api.remember(ttl_days=1)
        clock.advance(days=1, seconds=-1)
        assert likes(api) == ["pizza"]
        clock.advance(seconds=1)
        assert api.read()["summary_text"] == "No memories found."

    def test_a_memory_without_a_life_stays(self, clock: Clock, api: Api) -> None:
        api.remember()
        clock.advance(days=20_000)
        assert likes(api) == ["pizza"]

    def test_an_expired_memory_is_gone_from_a_continuation_too(
        self, clock: Clock, api: Api
    ) -> None:
        api.remember(ttl_days=1)
        clock.advance(hours=12)
        token = {"revocation_token": api.read()["revocation_token"]}
        clock.advance(hours=11)
        assert api.post(CONTINUE, token).json()["confidence"] == 0.47
        clock.advance(hours=1)
        assert api.post(CONTINUE, token).json()["confidence"] == 0.0

    def test_an_age_is_counted_to_the_second(self, clock: Clock, api: Api) -> None:
        api.remember(value_json={"likes": ["old"]})
        clock.advance(seconds=2)
        api.remember(value_json={"likes": ["new"]})
        clock.advance(days=7, seconds=-1)
        assert likes(api, max_age_days=7) == ["new"]
        assert likes(api, max_age_days=8) == ["new", "old"]
        assert likes(api) == ["new", "old"]
        clock.advance(seconds=2)
        assert api.read(max_age_days=7)["summary_text"] == "No memories found."


class TestAnswers:
    def test_an_answer_says_what_how_sure_and_until_when(self, clock: Clock, api: Api) -> None:
        api.remember()
        answer = api.read()
        token = answer.pop("revocation_token")
        assert PATTERN.fullmatch(token)
        assert answer == {
            "summary_text": "Likes: 1, Dislikes: 1, Settings: 0",
            "summary_struct": {"likes": ["pizza"], "dislikes": ["olives"], "settings": {}},
            "confidence": 0.47,
            "expires_at": "2026-11-24T12:00:00Z",
        }

    def test_no_memories_are_an_answer_too(self, clock: Clock, api: Api) -> None:
        answer = api.read(user_id="nobody")
        token = answer.pop("revocation_token")
        assert answer == {
            "summary_text": "No memories found.",
            "summary_struct": {},
            "confidence": 0.0,
            "expires_at": "2026-11-24T12:00:00Z",
        }
        assert api.post(CONTINUE, {"revocation_token": token}).status_code == 200
        assert api.revoke(token)["revoked"] is True

    def test_every_read_has_its_own_token(self, api: Api) -> None:
        assert len({api.read()["revocation_token"] for _ in range(20)}) == 20
        assert RevocationGrant.objects.count() == 20

    def test_a_time_with_microseconds_is_the_same_when_it_comes_back(
        self, clock: Clock, api: Api
    ) -> None:
        clock.advance(microseconds=123_456)
        answer = api.read()
        assert answer["expires_at"] == "2026-11-24T12:00:00.123456Z"
        token = {"revocation_token": answer["revocation_token"]}
        assert api.post(CONTINUE, token).json() == answer

    def test_five_hundred_live_memories_all_take_part(self, api: Api) -> None:
        api.remember(value_json={"likes": ["item 0"]})
        first = {**Memory.objects.values().get(), "normal_version": 0}
        Memory.objects.bulk_create(
            Memory(**{**first, "id": new_id(), "value_json": f'{{"likes":["item {number}"]}}'})
            for number in range(1, 500)
        )
        answer = api.read()
        assert set(answer["summary_struct"]["likes"]) == {f"item {n}" for n in range(500)}
        assert answer["summary_text"] == "Likes: 500, Dislikes: 0, Settings: 0"
        assert answer["confidence"] == 0.95

    def test_what_the_user_said_beats_what_was_inferred_later(self, clock: Clock, api: Api) -> None:
        api.remember(value_json={"likes": ["Fish"]})
        clock.advance(days=1)
        api.remember(source="inferred", value_json={"dislikes": ["fish"]})
        answer = api.read()["summary_struct"]
        assert (answer["likes"], answer["dislikes"]) == (["Fish"], [])

    def test_the_later_of_two_equals_wins(self, clock: Clock, api: Api) -> None:
        api.remember(value_json={"likes": ["fish"]})
        clock.advance(microseconds=1)
        api.remember(source="user_setting", value_json={"dislikes": ["fish"]})
        answer = api.read()["summary_struct"]
        assert (answer["likes"], answer["dislikes"]) == ([], ["fish"])
