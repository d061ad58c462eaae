"""What stands in the query of an address is taken as it was sent, or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from apikeys.api import KeyedAPIView
from foundation import cursors, fields
from foundation.answers import ErrorAnswer, RequestRefused
from foundation.cursors import Position

TABLE = (
    fields.string("user_id", fields.text(1, 255)),
    fields.moment("since"),
    fields.identifier("api_key_id"),
    *fields.page(),
)


def asked(query: str) -> dict[str, str]:
    request = RequestFactory().get("/memory")
    request.META["QUERY_STRING"] = query
    return KeyedAPIView().query(Request(request))


def checked(**query: str) -> list[Any]:
    return fields.check({"user_id": "u", **query}, TABLE)


def refusal(**query: str) -> ErrorAnswer:
    with pytest.raises(RequestRefused) as caught:
        checked(**query)
    return caught.value.answer


class TestTheQuery:
    def test_it_is_what_was_sent(self) -> None:
        assert asked("user_id=a%26b+c&domain=&x=%C3%A9") == {
            "user_id": "a&b c",
            "domain": "",
            "x": "é",
        }

    def test_there_may_be_none(self) -> None:
        assert asked("") == {}

    def test_bytes_that_were_not_encoded_are_read_too(self) -> None:
        assert asked("user_id=é".encode().decode("latin-1")) == {"user_id": "é"}

    @pytest.mark.parametrize(
        "query",
        [
            "user_id=a&user_id=b",
            "user_id=a&user%5Fid=a",
            "user_id=%FF",
            "user_id=%ED%A0%80",  # a lone surrogate
            "user_id=\xff",
            "&".join(f"p{number}=1" for number in range(101)),
        ],
    )
    def test_what_can_be_read_in_two_ways_is_refused(self, query: str) -> None:
        with pytest.raises(RequestRefused) as caught:
            asked(query)
        assert caught.value.answer.code == "invalid_value"


class TestItsFields:
    def test_what_is_left_out_has_a_default(self) -> None:
        assert checked() == ["u", None, None, 20, None]

    def test_times_come_in_utc(self) -> None:
        assert checked(since="2026-11-23T01:00:00+02:00")[1] == datetime(
            2026, 11, 22, 23, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("2026-11-23", "invalid_value"),
            ("2026-11-23T01:00:00", "invalid_value"),
            ("2026-11-23T01:00:00 02:00", "invalid_value"),  # a plus that was not encoded
            ("yesterday", "invalid_value"),
            ("", "invalid_value"),
            ("1999-12-31T23:59:59Z", "out_of_range"),
            ("0001-01-01T00:00:00+14:00", "out_of_range"),
            ("9999-12-31T23:59:59-14:00", "out_of_range"),
        ],
    )
    def test_what_is_no_time_is_refused(self, written: str, code: str) -> None:
        assert refusal(since=written).code == code

    def test_ids_are_taken_in_either_case(self) -> None:
        id_ = UUID("01a206ab-ceb9-7047-b708-0178cbe00536")
        assert checked(api_key_id=str(id_).upper())[2] == id_
        assert refusal(api_key_id="key").detail == "Field 'api_key_id' must be a UUID"

    @pytest.mark.parametrize("limit", ["1", "100"])
    def test_a_page_has_a_length(self, limit: str) -> None:
        assert checked(limit=limit)[3] == int(limit)

    @pytest.mark.parametrize(
        ("limit", "code", "detail"),
        [
            ("0", "out_of_range", "Field 'limit' must be between 1 and 100"),
            ("101", "out_of_range", "Field 'limit' must be between 1 and 100"),
            ("-1", "out_of_range", "Field 'limit' must be between 1 and 100"),
            ("", "invalid_type", "Field 'limit' must be an integer"),
            ("1.0", "invalid_type", "Field 'limit' must be an integer"),
            ("1_0", "invalid_type", "Field 'limit' must be an integer"),
            ("٣", "invalid_type", "Field 'limit' must be an integer"),
            ("9" * 5000, "invalid_type", "Field 'limit' must be an integer"),
        ],
    )
    def test_which_is_a_number(self, limit: str, code: str, detail: str) -> None:
        answer = refusal(limit=limit)
        assert (answer.code, answer.detail) == (code, detail)
        assert answer.fields["errors"] == [{"field": "limit", "message": detail}]


class TestWhereAListGoesOn:
    def test_at_the_cursor(self) -> None:
        rows = [Position(datetime(2026, 11, 3, tzinfo=UTC), UUID(int=id_)) for id_ in (2, 1)]
        cursor = cursors.after(rows, limit=1, filters={"user_id": "u"})
        assert fields.position(cursor, filters={"user_id": "u"}) == rows[0]
        assert fields.position(None, filters={}) is None

    def test_not_at_what_is_none(self) -> None:
        with pytest.raises(RequestRefused) as caught:
            fields.position("x", filters={})
        answer = caught.value.answer
        assert (answer.code, answer.fields["errors"][0]["field"]) == ("invalid_value", "cursor")
