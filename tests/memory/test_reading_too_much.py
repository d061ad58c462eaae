"""A batch of reads finds no more than one request can answer, and says what it left for another."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from accounts.models import AuditEvent
from memory import reading_batches
from tests.doors import Api
from tests.memory.answers import rows_stored
from tests.memory.conftest import Clock
from tests.memory.test_reading_batches import FOOD, LIMITS, TRAVEL, places, read

EVERY = {"scope": "preferences", "domain": "*"}


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request read three memories."""
    monkeypatch.setattr(reading_batches, "MOST_MEMORIES", 3)


@pytest.mark.django_db
@pytest.mark.usefixtures("three")
class TestTooMuchAtOnce:
    def test_what_does_not_fit_is_refused_and_all_that_fits_is_answered(self, api: Api) -> None:
        for domain in ("food", "food", "travel", "travel", "unread"):
            api.remember(domain=domain)
        api.remember(scope="constraints", domain=None, value_json={"max_price": 5})
        before = rows_stored()
        items = read(api, FOOD, TRAVEL, LIMITS, TRAVEL)
        assert places(items) == [
            ("preferences", "food", 200),
            ("preferences", "travel", 422),
            ("constraints", None, 200),
            ("preferences", "travel", 422),
        ]
        assert items[1]["error"]["code"] == "out_of_range"
        assert "in another one" in items[1]["error"]["detail"]
        after = rows_stored()
        assert after["RevocationGrant"] == before["RevocationGrant"] + 2
        assert AuditEvent.objects.filter(event_type="MEMORY_READ").count() == 2

    def test_each_domain_that_a_star_stands_for_is_told(self, api: Api) -> None:
        for domain in ("a", "a", "b", "b", "c"):
            api.remember(domain=domain)
        assert places(read(api, EVERY)) == [
            ("preferences", "a", 200),
            ("preferences", "b", 422),
            ("preferences", "c", 200),
        ]

    def test_what_is_too_much_by_itself_is_read_where_it_comes_first(self, api: Api) -> None:
        for domain in ("food", "food", "food", "food", "travel"):
            api.remember(domain=domain)
        empty = {"scope": "preferences", "domain": "empty"}
        assert [one["status"] for one in read(api, empty, FOOD, empty, TRAVEL)] == [
            *(200, 200, 200, 422)
        ]
        assert [one["status"] for one in read(api, TRAVEL, FOOD)] == [200, 422]

    def test_with_detail_a_quarter_fits(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        for domain in ("food", "travel"):
            api.remember(domain=domain)
        for most, status in ((8, 200), (7, 422)):
            monkeypatch.setattr(reading_batches, "MOST_MEMORIES", most)
            items = read(api, FOOD, TRAVEL, detail=True)
            assert [one["status"] for one in items] == [200, status]
        assert "read 1 memories" in items[1]["error"]["detail"]

    def test_bytes_count_too(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        for domain in ("food", "travel"):
            api.remember(domain=domain, value_json={"likes": ["é"]})  # 16 bytes
        monkeypatch.setattr(reading_batches, "MOST_BYTES", 32)
        assert [one["status"] for one in read(api, FOOD, TRAVEL)] == [200, 200]
        monkeypatch.setattr(reading_batches, "MOST_BYTES", 31)
        assert [one["status"] for one in read(api, FOOD, TRAVEL)] == [200, 422]

    def test_what_a_read_does_not_look_at_takes_no_room(self, clock: Clock, api: Api) -> None:
        for _ in range(3):
            api.remember(domain="food", ttl_days=1)
            api.remember(domain="travel")
        clock.advance(days=1)
        api.remember(domain="food")
        assert [one["status"] for one in read(api, FOOD, TRAVEL)] == [200, 422]
        clock.advance(days=2)
        items = read(api, FOOD, TRAVEL, max_age_days=2)
        assert [one["status"] for one in items] == [200, 200]


def test_four_full_places_fit_into_one_request(settings: Settings) -> None:
    assert reading_batches.MOST_MEMORIES == 4 * settings.MEMORIES_PER_PARTITION
    assert reading_batches.MOST_BYTES == 4 * settings.BYTES_PER_PARTITION
