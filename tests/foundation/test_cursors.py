"""Cursors lead on in their own list, and whatever else is sent as one is refused."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import cursors
from foundation.cursors import NotACursor, Position

FILTERS = {"user_id": "user_1", "scope": None}
ROWS = [Position(datetime(2026, 11, day, 12, 0, 0, 7, UTC), UUID(int=day)) for day in (3, 2, 1)]


def cursor() -> str:
    found = cursors.after(ROWS, limit=2, filters=FILTERS)
    assert found is not None
    return found


def packed(*entries: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(entries).encode()).decode().rstrip("=")


def unpacked() -> list[Any]:
    text = cursor()
    entries: list[Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return entries


class TestACursor:
    def test_it_points_at_the_last_row_shown(self) -> None:
        assert cursors.position(cursor(), filters=FILTERS) == ROWS[1]

    def test_it_can_stand_in_an_address_as_it_is(self) -> None:
        assert cursor().replace("-", "").replace("_", "").isalnum()

    @pytest.mark.parametrize("limit", [3, 4])
    def test_there_is_none_after_the_last_page(self, limit: int) -> None:
        assert cursors.after(ROWS, limit=limit, filters=FILTERS) is None

    def test_the_order_of_filters_does_not_count(self) -> None:
        again = dict(reversed(FILTERS.items()))
        assert cursors.position(cursor(), filters=again) == ROWS[1]

    @pytest.mark.parametrize(
        "filters", [{}, {**FILTERS, "scope": ""}, {**FILTERS, "user_id": "user_2"}]
    )
    def test_it_is_of_no_other_list(self, filters: dict[str, Any]) -> None:
        with pytest.raises(NotACursor, match="other parameters"):
            cursors.position(cursor(), filters=filters)

    def test_it_holds_no_filter_in_clear(self) -> None:
        assert "user_1" not in json.dumps(unpacked())


class TestWhatIsNone:
    @given(st.text())
    def test_any_text_is_refused(self, text: str) -> None:
        with pytest.raises(NotACursor):
            cursors.position(text, filters=FILTERS)

    @pytest.mark.parametrize(
        "changed",
        [
            {0: "2026-11-23T12:00:00"},  # no offset
            {0: datetime.min.replace(tzinfo=timezone(timedelta(hours=14))).isoformat()},
            {0: 7},
            {1: "no id"},
            {1: None},
            {2: 7},
            {3: "more"},
        ],
    )
    def test_one_that_was_tampered_with_is_refused(self, changed: dict[int, Any]) -> None:
        entries = dict(enumerate(unpacked())) | changed
        with pytest.raises(NotACursor, match="next_cursor"):
            cursors.position(packed(*entries.values()), filters=FILTERS)

    def test_so_is_a_longer_one(self) -> None:
        with pytest.raises(NotACursor):
            cursors.position(cursor() + "A" * 200, filters=FILTERS)
