"""Who put the key in the wrong place hears where it was found, and nobody sees it again."""

from __future__ import annotations

from typing import Any

import pytest

from apikeys import tokens
from apikeys.missing_keys import hint
from tests.doors import Api
from tests.memory.answers import assert_refused

KEY = tokens.new_key("test")
SECRET = "hunter2hunter2"


class TestTheHint:
    @pytest.mark.parametrize(
        ("header", "value", "named"),
        [
            ("HTTP_AUTHORIZATION", f"Bearer {SECRET}", "'Authorization: Bearer …'"),
            ("HTTP_AUTHORIZATION", f"basic {SECRET}", "'Authorization: Basic …'"),
            ("HTTP_AUTHORIZATION", SECRET, "'Authorization'"),
            ("HTTP_AUTHORIZATION", f"{SECRET} x", "'Authorization'"),
            ("HTTP_API_KEY", SECRET, "'API-Key'"),
            ("HTTP_X_API_TOKEN", SECRET, "'X-API-Token'"),
            ("HTTP_X_AUTH_TOKEN", SECRET, "'X-Auth-Token'"),
        ],
    )
    def test_it_names_the_header_and_not_its_value(
        self, header: str, value: str, named: str
    ) -> None:
        told = hint({"HTTP_HOST": "a", header: value})
        assert named in told
        assert "X-API-Key: sk_…" in told
        assert "looks like a key" not in told
        assert SECRET not in told

    @pytest.mark.parametrize(
        ("meta", "named"),
        [
            ({"HTTP_AUTHORIZATION": f"Bearer {KEY}"}, "'Authorization: Bearer …'"),
            ({"HTTP_AUTHORIZATION": KEY}, "'Authorization'"),
            ({"HTTP_APIKEY": KEY}, "'APIkey'"),
            ({"HTTP_COOKIE": f"key={KEY}"}, "'Cookie'"),
            ({"HTTP_X_OURS": KEY}, "'X-Ours'"),
            ({"HTTP_X_" + "A" * 5000: KEY}, f"'X-{'a' * 62}'".replace("a", "A", 1)),
            ({"QUERY_STRING": f"api_key={KEY}"}, "in its address"),
        ],
    )
    def test_it_says_where_what_looks_like_a_key_stands(
        self, meta: dict[str, Any], named: str
    ) -> None:
        told = hint({"HTTP_HOST": "a", **meta})
        assert named in told
        assert "looks like a key" in told
        assert KEY not in told

    def test_it_says_that_none_came(self) -> None:
        assert hint({"HTTP_HOST": "a", "HTTP_AUTHORIZATION": "", "QUERY_STRING": "key=1"}) == (
            "The request has no header X-API-Key. Send the key as 'X-API-Key: sk_…'"
        )


@pytest.mark.django_db
class TestTheAnswer:
    def test_without_the_header_it_has_a_hint(self, nobody: Api) -> None:
        response = nobody.post("/memory", {}, HTTP_AUTHORIZATION=f"Bearer {KEY}")
        refused = assert_refused(response, 401, "invalid_api_key", "Invalid API key")
        assert "'Authorization: Bearer …'" in refused["hint"]
        assert response.headers["WWW-Authenticate"] == "ApiKey"

    @pytest.mark.parametrize("text", ["", " ", "nonsense", KEY])
    def test_with_the_header_it_has_none(self, db: None, text: str) -> None:
        response = Api(text).post("/memory", {}, HTTP_AUTHORIZATION=f"Bearer {KEY}")
        refused = assert_refused(response, 401, "invalid_api_key", "Invalid API key")
        assert "hint" not in refused
