"""The service beside a Redis that is gone, hung, full, emptied or read-only: and back by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import redis
from django.core.cache import caches
from pytest_django import Settings

from accounts.models import Project
from apikeys.counters import LocalCounters, RedisCounters, SharedCounters, window
from foundation import shared_redis
from tests.doors import SERVERS, collect_static, running_service
from tests.makers import make_key
from tests.servers import OwnRedis, own_redis

BROWSER = {"Accept": "text/html"}
ONE = window("x", length=3600, at=0)

Fault = tuple[Callable[[OwnRedis], None], Callable[[OwnRedis], None]]
FULL = (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0"))
FAULTS: dict[str, Fault] = {
    "gone": (lambda server: server.stop(), lambda server: server.start()),
    "hung": (lambda server: server.hang(), lambda server: server.hang(False)),
    "full": (lambda server: server.run(*FULL[0]), lambda server: server.run(*FULL[1])),
    "read-only": (
        lambda server: server.run("REPLICAOF", "127.0.0.1", "1"),
        lambda server: server.run("REPLICAOF", "NO", "ONE"),
    ),
}


@pytest.fixture
def server() -> Iterator[OwnRedis]:
    with own_redis() as server:
        yield server


@pytest.mark.parametrize("fault", FAULTS)
def test_what_counters_learn_the_cache_knows_and_the_other_way_round(
    server: OwnRedis, settings: Settings, fault: str
) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "foundation.caches.RedisCache", "LOCATION": server.address}
    }
    cache = caches["default"]
    counters = SharedCounters(RedisCounters(server.address), LocalCounters())
    breaker = shared_redis.breaker_of(server.address)
    cache.set("a", 1)
    assert counters.add((ONE,)) == [1]
    begin, end = FAULTS[fault]
    begin(server)
    breaker_asked = breaker._refused
    with pytest.raises(redis.RedisError):
        cache.set("a", 2)
    assert counters.degraded
    breaker._retry_at = float("inf")  # nobody tries: what follows asks Redis nothing
    assert counters.add((ONE,)) == [1]
    for ask in (cache.get, cache.incr, cache.delete):
        with pytest.raises(redis.ConnectionError, match="is not asked"):
            ask("a")
    with pytest.raises(redis.ConnectionError, match="is not asked"):
        cache.set_many({"a": 1})
    assert breaker._refused > breaker_asked
    end(server)
    breaker._retry_at = 0.0
    counters.add((ONE,))
    assert not counters.degraded
    cache.set("a", 3)
    assert cache.get("a") == 3


def test_a_full_redis_that_can_be_read_is_not_back(server: OwnRedis) -> None:
    counters = RedisCounters(server.address)
    counters.add((ONE,))
    server.run(*FULL[0])
    with pytest.raises(redis.RedisError):
        counters.add((ONE,))
    shared_redis.breaker_of(server.address)._retry_at = 0.0
    assert counters.look((ONE,)) == [1]
    assert counters.away


def test_an_emptied_redis_is_no_outage(server: OwnRedis) -> None:
    counters = RedisCounters(server.address)
    assert counters.add((ONE,)) == [1]
    server.run("FLUSHALL")
    server.run("SCRIPT", "FLUSH")
    assert counters.add((ONE,)) == [1]
    assert not counters.away


def test_a_connection_that_was_cut_while_idle_is_no_outage(server: OwnRedis) -> None:
    counters = RedisCounters(server.address)
    assert counters.add((ONE,)) == [1]
    server.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert counters.add((ONE,)) == [2]
    assert not counters.away


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("under", "fault"),
    [
        *(("gunicorn", fault) for fault in FAULTS),
        # Those that make requests wait, or end the connections of their turns.
        *(("granian", fault) for fault in ("gone", "hung") if "granian" in SERVERS),
    ],
)
def test_the_api_goes_on_and_nobody_signs_in_until_it_is_back(
    server: OwnRedis, project: Project, under: str, fault: str
) -> None:
    collect_static()
    key = make_key(project, rate_limit=1000)[1]
    begin, end = FAULTS[fault]
    environment = {"REDIS_URL": server.address, "RATE_LIMIT_HOUR": "1000", "WEB_THREADS": "8"}
    with (
        running_service(server=under, workers=1, **environment) as address,
        httpx.Client(base_url=address, timeout=60, limits=httpx.Limits(max_connections=64)) as web,
    ):
        web.get("/accounts/login/", headers=BROWSER)
        token = web.cookies["csrf"]
        form = {"login": "you@example.com", "password": "x", "csrfmiddlewaretoken": token}

        def sign_in(*_: object) -> int:
            return web.post("/accounts/login/", data=form, headers=BROWSER).status_code

        def serve() -> httpx.Response:
            return web.get("/policy", headers={"X-API-Key": key})

        assert sign_in() == 200
        assert serve().headers["X-RateLimit-Remaining"] == "999"
        begin(server)
        try:
            with ThreadPoolExecutor(32) as threads:
                waiting = threads.map(sign_in, range(64))
                assert {serve().status_code for _ in range(10)} == {200}
                assert set(waiting) == {503}
            served = serve()
            assert served.status_code == 200
            assert int(served.headers["X-RateLimit-Remaining"]) < 1000  # counted by the process
            assert web.get("/readyz").json()["rate_limits"] == "kept by each process"
        finally:
            end(server)
        back = threading.Event()
        for _ in range(600):
            if serve().status_code == 200 and "rate_limits" not in web.get("/readyz").json():
                back.set()
                break
            time.sleep(0.05)
        assert back.is_set(), "it does not come back by itself"
        assert sign_in() in (200, 429)
