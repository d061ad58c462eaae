"""Counters: in this process, in Redis, and in this process while Redis is away."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import redis
from django.conf import settings

from apikeys import counters
from apikeys.counters import LocalCounters, RedisCounters, SharedCounters, window
from foundation import shared_redis
from tests import servers
from tests.servers import OwnRedis


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    with servers.own_redis() as server:
        yield server


def test_a_window_begins_at_a_multiple_of_its_length() -> None:
    hour = window("x", length=3600, at=7250.9)
    assert (hour.start, hour.end) == (7200, 10800)


class TestInThisProcess:
    def test_no_request_of_many_threads_is_lost(self) -> None:
        local, one = LocalCounters(), window("x", length=3600, at=0)
        with ThreadPoolExecutor(16) as threads:
            counts = list(threads.map(lambda _: local.add((one,))[0], range(5000)))
        assert sorted(counts) == list(range(1, 5001))

    def test_windows_are_counted_apart(self) -> None:
        local = LocalCounters()
        first, second = window("x", length=60, at=0), window("x", length=60, at=60)
        assert local.add((first,)) == [1]
        assert local.add((first, second)) == [2, 1]
        local.take_back(first)
        assert local.add((first,)) == [2]

    def test_past_windows_are_dropped_and_the_present_ones_kept(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(counters, "SWEEP", 10)
        local = LocalCounters()
        lasting = window("lasting", length=3600, at=0)
        for second in range(50):
            local.add((lasting, window("x", length=1, at=second)))
        assert local.add((lasting,)) == [51]
        assert len(local._counts) < 20


@pytest.mark.redis
class TestInRedis:
    def test_two_processes_count_together_and_the_counts_end(self) -> None:
        one, other = RedisCounters(settings.REDIS_URL), RedisCounters(settings.REDIS_URL)
        name = str(uuid4())
        hour, second = window(name, length=3600, at=0), window(name, length=1, at=0)
        assert one.add((hour, second)) == [1, 1]
        assert other.add((hour,)) == [2]
        one.take_back(hour)
        assert other.add((hour,)) == [2]
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            (key,) = client.keys(f"*{name}:3600:*")
            assert 3600 < client.ttl(key) <= 7200


class TestWhenRedisGoesAway:
    def test_this_process_counts_says_so_once_and_shares_again_when_redis_is_back(
        self,
        own_redis: OwnRedis,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        caplog.set_level(logging.WARNING, "memory_scope.limits")
        shared = SharedCounters(RedisCounters(own_redis.address), LocalCounters())
        breaker = shared_redis.breaker_of(own_redis.address)
        one = window("x", length=3600, at=0)
        assert shared.add((one,)) == [1]
        assert shared.add((one,)) == [2]
        own_redis.stop()
        assert [shared.add((one,))[0] for _ in range(5)] == [1, 2, 3, 4, 5]
        shared.take_back(one)
        assert shared.degraded
        assert len(caplog.records) == 1
        monkeypatch.setattr(breaker, "_retry_at", float("inf"))
        own_redis.start()
        assert shared.add((one,)) == [5], "Redis is not asked again at once"
        monkeypatch.setattr(breaker, "_retry_at", 0.0)
        assert shared.add((one,)) == [1], "this Redis has just been born"
        assert not shared.degraded
        assert [record.getMessage()[:20] for record in caplog.records] == [
            "Redis does not answe",
            "Redis answers again:",
        ]

    def test_a_request_that_cannot_be_given_back_stays_counted(self, own_redis: OwnRedis) -> None:
        shared = SharedCounters(RedisCounters(own_redis.address), LocalCounters())
        one = window("x", length=3600, at=0)
        shared.add((one,))
        own_redis.stop()
        shared.take_back(one)
        assert shared.degraded
