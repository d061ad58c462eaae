"""Pages show what is there once, whatever comes and goes meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from memory.models import Memory
from tests.doors import Api
from tests.memory.answers import assert_refused
from tests.memory.conftest import Clock
from tests.memory.lists import events, ids, listed, pages, path, plan_of


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 100])
    def test_each_memory_is_on_one_page(self, api: Api, clock: Clock, limit: int) -> None:
        stored = []
        for number in range(7):
            stored.append(api.remember(domain=f"d{number % 3}")["id"])
            clock.advance(seconds=number % 2)  # some are of one moment
        found = pages(api, limit=limit)
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
        assert len(found[-1]) in range(1, limit + 1)
        whole = [one for page in found for one in page]
        assert whole == ids(api)
        assert set(whole) == set(stored)

    def test_one_has_twenty_unless_told_otherwise(self, api: Api) -> None:
        for _ in range(21):
            api.remember()
        assert [len(page) for page in pages(api)] == [20, 1]

    def test_what_comes_and_goes_between_moves_nothing(self, api: Api, clock: Clock) -> None:
        stored = []
        for _ in range(9):
            clock.advance(seconds=1)
            stored.append(api.remember()["id"])
        stayed, found = set(stored), list[str]()
        cursor: dict[str, str] = {}
        for turn in range(9):
            page = listed(api, limit=2, **cursor)
            found += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
            clock.advance(seconds=1)
            api.remember()
            # The one that the cursor points at, and one that is still to come.
            for gone in (found[-1], stored[turn]):
                Memory.objects.filter(pk=gone).delete()
                stayed.discard(gone)
        assert len(found) == len(set(found))
        assert stayed <= set(found) <= set(stored)

    def test_a_cursor_is_of_its_list_alone(self, api: Api) -> None:
        for _ in range(2):
            api.remember()
        cursor = listed(api, limit=1)["next_cursor"]
        for other in (
            path("user_2", cursor=cursor),
            path(scope="preferences", cursor=cursor),
            path(domain="", cursor=cursor),
        ):
            body = assert_refused(api.get(other), 422, "invalid_value")
            assert [error["field"] for error in body["errors"]] == ["cursor"]
        assert len(ids(api, limit=50, cursor=cursor)) == 1
        for none in ("", "x", cursor[:-2], f"{cursor}A"):
            assert_refused(api.get(path(cursor=none)), 422, "invalid_value")

    def test_another_user_is_never_reached_by_a_cursor(self, api: Api) -> None:
        api.remember()
        for _ in range(2):
            api.remember(user_id="user_2")
        cursor = listed(api, "user_2", limit=1)["next_cursor"]
        assert_refused(api.get(path(cursor=cursor)), 422, "invalid_value")


@pytest.mark.django_db
class TestTheQuery:
    @pytest.mark.parametrize(
        ("query", "status", "code", "field"),
        [
            ("", 400, "missing_field", "user_id"),
            ("user_id=", 422, "out_of_range", "user_id"),
            ("user_id=a%00b", 422, "invalid_value", "user_id"),
            (f"user_id={'a' * 256}", 422, "out_of_range", "user_id"),
            ("user_id=a&scope=", 422, "invalid_scope", "scope"),
            ("user_id=a&scope=PREFERENCES", 422, "invalid_scope", "scope"),
            (f"user_id=a&domain={'a' * 256}", 422, "out_of_range", "domain"),
            ("user_id=a&limit=0", 422, "out_of_range", "limit"),
            ("user_id=a&limit=101", 422, "out_of_range", "limit"),
            ("user_id=a&limit=ten", 400, "invalid_type", "limit"),
            ("user_id=a&user_id=a", 422, "invalid_value", None),
            ("user_id=%FF", 422, "invalid_value", None),
        ],
    )
    def test_a_bad_one_is_refused_and_recorded_nowhere(
        self, api: Api, query: str, status: int, code: str, field: str | None
    ) -> None:
        body = assert_refused(api.get(f"/memory?{query}"), status, code)
        assert [error["field"] for error in body.get("errors", [])] == ([field] if field else [])
        assert not events()

    def test_what_nobody_knows_is_ignored(self, api: Api) -> None:
        assert listed(api, colour="red")["items"] == []


@pytest.mark.django_db
class TestCost:
    def test_a_list_asks_as_much_whatever_its_length(
        self, api: Api, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        # Who asks; the page; a transaction with the locks of the user and of what is listed, what
        # is still there, and the record. Of nothing nothing is locked nor looked for.
        first, others = (5, 7) if connection.vendor == "postgresql" else (5, 6)
        for number in range(3):
            with django_assert_num_queries(others if number else first):
                listed(api)
            api.remember(domain=f"domain {number}")

    @pytest.mark.not_spread
    @pytest.mark.parametrize(
        "parameters", [{}, {"scope": "preferences"}, {"scope": "preferences", "domain": "food"}]
    )
    def test_a_page_begins_at_an_index(self, api: Api, parameters: dict[str, str]) -> None:
        for _ in range(3):
            api.remember()
        cursor = listed(api, limit=1, **parameters)["next_cursor"]
        with CaptureQueriesContext(connection) as queries:
            assert len(ids(api, limit=1, cursor=cursor, **parameters)) == 1
        (page,) = [query["sql"] for query in queries if "ORDER BY" in query["sql"]]
        assert "memory_live_by_partition" in plan_of(page)
