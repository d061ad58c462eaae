"""What the API refuses, always in the contract's words, never with a crash or a row."""

from __future__ import annotations

import json
import reprlib
from typing import Any

import pytest

from memory.models import Memory
from tests.doors import Api
from tests.memory.answers import assert_refused, rows_stored
from tests.memory.bad_requests import ALL, CONTINUE, CREATE, GOOD, READ, REVOKE, Bad, but, nested


class TestBadRequests:
    @pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.id)
    def test_it_is_refused_and_nothing_is_stored(self, api: Api, bad: Bad) -> None:
        before = rows_stored()
        body = assert_refused(
            api.post(bad.path, bad.body, **bad.headers), bad.status, bad.code, bad.detail
        )
        if bad.fields is not None:
            assert [error["field"] for error in body["errors"]] == bad.fields
            assert body["errors"][0]["message"] == body["detail"]
            assert all(set(error) == {"field", "message"} for error in body["errors"])
        assert rows_stored() == before

    def test_the_table_is_long_and_has_no_duplicates(self) -> None:
        names = [bad.id for bad in ALL]
        assert len(names) >= 170
        assert len(set(names)) == len(names)

    @pytest.mark.parametrize("path", [CREATE, READ, CONTINUE, REVOKE])
    @pytest.mark.parametrize("bracket", ["[", '{"k":'])
    def test_a_body_of_nothing_but_brackets_does_not_crash(
        self, api: Api, path: str, bracket: str
    ) -> None:
        # Whether a reader meets the depth or the end of the text first is its own affair.
        response = api.post(path, bracket * (60_000 // len(bracket)))
        assert response.status_code in (400, 422)
        assert response.json()["code"] in ("malformed_json", "invalid_value")

    def test_a_refusal_does_not_repeat_what_was_sent(self, api: Api) -> None:
        canary = "canary-4711"
        for body in (
            but(CREATE, scope=canary),
            but(CREATE, source=canary),
            but(CREATE, user_id=f"{canary}\0"),
            but(CREATE, value_json=[canary, 1]),
            but(CREATE, value_json={canary: "\0"}),
            but(CREATE, ttl_days=canary),
            f'{{"user_id": "{canary}", "user_id": 1}}',
            f'{{"user_id": "{canary}"',
        ):
            response = api.post(CREATE, body)
            assert response.status_code in (400, 422)
            assert canary not in response.content.decode()


class TestGoodNeighbours:
    """The last value that is still good, on the right side of every limit above."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"user_id": "x"},
            {"user_id": "x" * 255},
            {"user_id": "🦄" * 255},
            {"user_id": f"  {'x' * 255}\n"},
            {"domain": None},
            {"domain": "x" * 255},
            {"ttl_days": None},
            {"ttl_days": 1},
            {"ttl_days": 365},
            {"value_json": {}},
            {"value_json": {"k": None}},
            {"value_json": {"k": "x" * 32760}},
            {"value_json": {"k": "é" * 16380}},
            {"value_json": {"k": 2**53 - 1, "l": -(2**53) + 1}},
            {"value_json": {"k": 1.7976931348623157e308, "l": 5e-324, "m": -0.0}},
            {"value_json": nested(8, kind="objects")},
            {"value_json": {"k": nested(7, kind="arrays")}},
            {"value_json": {"k": "😀\u2028\u0301\u200f\n\t\x1b"}},
            {"value_json": {"": True}},
            {"value_json": {"__proto__": 1, "constructor": 2}},
            {"value_json": ["a"]},
            {"value_json": [{"start": None}]},
        ],
        ids=reprlib.repr,
    )
    def test_it_is_stored(self, api: Api, changes: dict[str, Any]) -> None:
        response = api.post(CREATE, json.dumps(but(CREATE, **changes), ensure_ascii=False))
        assert response.status_code == 201, response.content
        assert Memory.objects.count() == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"purpose": "recommend " + "x" * 990},
            {"purpose": f" recommend {'🦄' * 990} "},
            {"max_age_days": None},
            {"max_age_days": 1},
            {"max_age_days": 3650},
            {"domain": "x" * 255},
            {"user_id": "x" * 255},
        ],
        ids=reprlib.repr,
    )
    def test_it_is_read(self, api: Api, changes: dict[str, Any]) -> None:
        response = api.post(READ, but(READ, **changes))
        assert response.status_code == 200, response.content

    def test_a_body_of_64_kib(self, api: Api) -> None:
        assert api.post(CREATE, json.dumps(GOOD[CREATE]).ljust(65536)).status_code == 201

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            'application/json; charset="utf-8"',
            "application/json; version=1",
            "",
        ],
    )
    def test_a_content_type_that_says_json(self, api: Api, content_type: str) -> None:
        assert api.post(CREATE, GOOD[CREATE], content_type=content_type).status_code == 201

    @pytest.mark.parametrize("key", ["k", "k" * 255, "~ !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}"])
    def test_an_idempotency_key(self, api: Api, key: str) -> None:
        response = api.post(CREATE, GOOD[CREATE], HTTP_IDEMPOTENCY_KEY=key)
        assert response.status_code == 201

    @pytest.mark.parametrize("escaped", ['"\\ud83d\\ude00"', '"\\u0061"', '"\\/"'])
    def test_an_escape_that_is_a_character(self, api: Api, escaped: str) -> None:
        body = json.dumps(but(CREATE, user_id="@")).replace('"@"', escaped)
        assert api.post(CREATE, body).json()["user_id"] == json.loads(escaped)

    def test_two_spellings_of_a_key_are_two_keys(self, api: Api) -> None:
        value = {"FavoriteFood": "pizza", "favorite_food": "pasta"}
        assert api.post(CREATE, but(CREATE, value_json=value)).status_code == 201
