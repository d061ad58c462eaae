"""The short way to Redis: for many threads and forked processes, and what comes late."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from foundation import shared_redis
from foundation.direct_redis import DirectRedis
from tests import servers
from tests.servers import OwnRedis

THREADS = 8


@pytest.fixture
def server() -> Iterator[OwnRedis]:
    with servers.own_redis() as server:
        yield server


@pytest.fixture
def direct(server: OwnRedis) -> DirectRedis:
    return DirectRedis(shared_redis.client_of(server.address))


def test_threads_get_their_own_answers_over_a_connection_each_at_most(direct: DirectRedis) -> None:
    answer = direct.script("return {KEYS[1], redis.call('INCR', 'all'), tonumber(ARGV[1])}")
    answer(["first"], [0])  # sends the script
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda number: answer([f"k{number}"], [number]), range(1000)))
    assert [(name, number) for name, _, number in answers] == [
        (f"k{number}".encode(), number) for number in range(1000)
    ]
    assert sorted(count for _, count, _ in answers) == list(range(2, 1002))
    connections = direct.ask("CLIENT", "LIST").splitlines()
    assert len(connections) <= THREADS + 1  # the script went over another


def test_a_refusal_leaves_the_connection_as_good_as_it_was(direct: DirectRedis) -> None:
    before = direct.ask("CLIENT", "ID")
    with pytest.raises(redis.ResponseError):
        direct.ask("INCRBY", "a", "no number")
    direct._client.breaker.succeeded()
    assert direct.ask("CLIENT", "ID") == before


def test_an_answer_that_came_too_late_is_nobody_elses(
    direct: DirectRedis, server: OwnRedis
) -> None:
    direct.ask("SET", "a", "late")
    server.hang()
    with pytest.raises(redis.TimeoutError):
        direct.ask("GET", "a")
    server.hang(False)
    direct._client.breaker._retry_at = 0.0
    assert direct.ask("ECHO", "in time") == b"in time"


def test_a_connection_that_was_cut_is_made_anew_once_and_keeps_its_limits(
    direct: DirectRedis, server: OwnRedis
) -> None:
    mine = direct.ask("CLIENT", "ID")
    server.run("CLIENT", "KILL", "ID", str(mine))
    assert direct.ask("CLIENT", "ID") != mine
    server.hang()
    with pytest.raises(redis.TimeoutError):
        direct.ask("PING")
    server.hang(False)


def test_a_limit_of_the_address_holds(server: OwnRedis) -> None:
    patient = DirectRedis(shared_redis.client_of(f"{server.address}?socket_timeout=60"))
    patient.ask("SET", "a", "late")
    server.hang()
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(patient.ask, "GET", "a")
        with pytest.raises(TimeoutError):
            asked.result(timeout=2 * shared_redis.TIMEOUT)
        server.hang(False)
        assert asked.result() == b"late"


def test_a_server_that_is_gone_is_no_timeout(direct: DirectRedis, server: OwnRedis) -> None:
    direct.ask("PING")
    server.stop()
    with pytest.raises(redis.ConnectionError):
        direct.ask("PING")


def test_a_forked_process_has_connections_of_its_own(direct: DirectRedis) -> None:
    mine = direct.ask("CLIENT", "ID")
    if (child := os.fork()) == 0:
        os._exit(0 if direct.ask("CLIENT", "ID") != mine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert direct.ask("CLIENT", "ID") == mine
