"""Ids of rows tell their time; ids that somebody made up tell one that can be computed with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from foundation.identifiers import first_id, moment_of, new_id

DAY = timedelta(days=1)


def test_an_id_tells_when_it_was_made() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=2)
    assert before < moment_of(new_id()) < before + DAY
    at = datetime(2026, 11, 28, 14, 5, 7, 123000, tzinfo=UTC)
    assert moment_of(first_id(at)) == at


def test_days_can_be_added_to_and_taken_from_the_time_of_any_id() -> None:
    first, last = moment_of(UUID(int=0)), moment_of(UUID(int=(1 << 128) - 1))
    assert first_id(first - DAY) == UUID(int=0)
    assert first_id(last + DAY) > first_id(last) > first_id(datetime.now(UTC))
