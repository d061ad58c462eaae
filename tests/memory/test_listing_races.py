"""Lists and deletions under fire: each row once, and nothing that was deleted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from tests.doors import Api
from tests.makers import read_body
from tests.memory.bad_requests import CONTINUE, READ
from tests.memory.lists import listed, path
from tests.memory.test_overtaking import elsewhere

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def door(api: Api, settings: Settings) -> Callable[[], Api]:
    """Return a maker of doors with one key, which may ask as often as it likes."""
    settings.RATE_LIMIT_SECOND = settings.RATE_LIMIT_HOUR = 1_000_000
    return lambda: Api(api.key)


class TestPaging:
    def test_no_row_comes_twice_and_none_is_missed_that_was_there_throughout(
        self, door: Callable[[], Api]
    ) -> None:
        api = door()
        stored = [api.remember(domain=f"d{number % 4}")["id"] for number in range(60)]
        stay, doomed = set(stored[::2]), stored[1::2]
        begun, ended = Event(), Event()

        def delete(which: list[str]) -> None:
            for memory_id in which:
                begun.wait(timeout=60)
                assert door().delete(f"/memory/{memory_id}").status_code == 204

        def insert(number: int) -> None:
            begun.wait(timeout=60)
            for _ in range(60):
                if not ended.is_set():
                    door().remember(domain=f"d{number % 4}")

        walks = 0
        with ThreadPoolExecutor(4) as threads:
            halves = (doomed[::2], doomed[1::2])
            deleting = [threads.submit(elsewhere, partial(delete, half)) for half in halves]
            inserting = [threads.submit(elsewhere, partial(insert, number)) for number in (0, 1)]
            try:
                while walks < 3 or not all(one.done() for one in deleting):
                    found = walk(api, begun)
                    assert len(found) == len(set(found)), "a row came twice"
                    assert stay <= set(found), "a row was missed"
                    walks += 1
            finally:
                ended.set()
                begun.set()
            for work in (*deleting, *inserting):
                work.result(timeout=60)
        assert not set(walk(api, begun)) & set(doomed)


def walk(api: Api, begun: Event) -> list[str]:
    """Return the ids of all pages; others begin with their work after the first."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = listed(api, limit=7, **cursor)
        found += [item["id"] for item in page["items"]]
        begun.set()
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


class TestDeleting:
    def test_no_answer_to_what_began_after_a_deletion_holds_what_it_deleted(
        self, door: Callable[[], Api]
    ) -> None:
        rounds = 5 if connection.vendor == "postgresql" else 2
        seen = [self.play(door, f"user_{number}") for number in range(rounds)]
        assert any(seen)  # the races were races: somebody did see what was then deleted

    def play(self, door: Callable[[], Api], user_id: str) -> bool:
        api = door()
        memory_id = api.remember(user_id=user_id, value_json={"likes": ["secret"]})["id"]
        token = {"revocation_token": api.read(user_id=user_id)["revocation_token"]}
        deleted, seen = Event(), Event()
        ways: list[Callable[[Api], Any]] = [
            lambda own: own.post(READ, read_body(user_id=user_id)),
            lambda own: own.post(CONTINUE, token),
            lambda own: own.get(path(user_id)),
            lambda own: own.get(f"/memory/{memory_id}"),
        ]

        def look(way: Callable[[Api], Any]) -> None:
            own, after = door(), 0
            while after < 3:
                began_after = deleted.is_set()
                after += began_after
                response = way(own)
                assert response.status_code in (200, 404), response.content
                if b"secret" in response.content:
                    assert not began_after, "deleted and answered"
                    seen.set()

        with ThreadPoolExecutor(len(ways)) as threads:
            looking = [threads.submit(elsewhere, partial(look, way)) for way in ways]
            seen.wait(timeout=60)
            try:
                assert api.delete(f"/memory/{memory_id}").status_code == 204
            finally:
                deleted.set()
            for work in looking:
                work.result(timeout=60)
        return seen.is_set()
