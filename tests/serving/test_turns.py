"""Threads take turns: so many at once, each line its share, and nobody waits for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from config.serving.granian import turns
from config.serving.granian.seats import Seats
from config.serving.granian.turns import Turns
from config.serving.outlet import BUSY, TOO_MANY

PATIENT = 60  # seconds


def test_a_turn_that_is_free_is_had_at_once_and_one_that_is_not_when_it_is_given_back() -> None:
    two = Turns(2, seconds=PATIENT)
    assert two.take("a") is None
    assert two.take("b") is None
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(two.take, "c")
        assert not waiting.done()
        two.done("a")
        assert waiting.result(PATIENT) is None


def test_whoever_waits_too_long_is_refused_and_told_whether_others_are_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0)
    monkeypatch.setattr(turns, "LOOK", 0.01)
    four = Turns(4, seconds=0)
    assert [four.take("a"), four.take("a")] == [None, None]  # half of them
    assert four.take("a") == TOO_MANY
    assert [four.take("b"), four.take("b")] == [None, None]
    assert four.take("c") == BUSY
    for line in "aabb":
        four.done(line)
    assert four.take("c") is None


def test_many_threads_never_have_more_turns_than_there_are() -> None:
    three, lock = Turns(3, seconds=PATIENT), threading.Lock()
    at_once: list[int] = []
    active = 0

    def work(number: int) -> None:
        nonlocal active
        line = f"line {number % 5}"
        assert three.take(line) is None
        with lock:
            active += 1
            at_once.append(active)
        with lock:
            active -= 1
        three.done(line)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(work, range(500)))
    assert len(at_once) == 500
    assert max(at_once) <= 3


@pytest.mark.django_db(transaction=True)
def test_a_connection_goes_from_thread_to_thread_with_its_seat() -> None:
    seats = Seats(1)

    def ask(_: int) -> tuple[int, int]:
        seat = seats.take()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return threading.get_ident(), id(connections["default"].connection)
        finally:
            seats.give_back(seat)

    asked: list[tuple[int, int]] = []
    for number in range(3):
        with ThreadPoolExecutor(1) as pool:
            asked += pool.map(ask, [number])
    assert len({opened for _, opened in asked}) == 1
    (seat,) = [seats.take()]
    seat["default"].close()
    seats.give_back(seat)
