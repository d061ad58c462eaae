"""Limits between the processes of the real service, and through an outage of Redis."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest
from django.db import connection

from accounts.models import Project
from tests.apikeys.test_counters import own_redis  # noqa: F401 - a fixture
from tests.doors import plain_client, running_service
from tests.makers import make_key
from tests.servers import OwnRedis

CONNECTIONS = 32


def answered(client: httpx.Client) -> httpx.Response:
    """Ask until the application answers: a busy server refuses by itself what waits too long."""
    while True:
        answer = client.get("/policy")
        if answer.is_success or answer.json()["code"] == "rate_limited":
            return answer
        assert answer.json()["code"] in ("too_many_at_once", "unavailable")


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
class TestBetweenProcesses:
    def test_exactly_the_limit_is_served(self, project: Project, server: str) -> None:
        key = make_key(project, rate_limit=100)[1]

        def ask(address: str) -> list[httpx.Response]:
            with plain_client(base_url=address, headers={"X-API-Key": key}, timeout=60) as client:
                return [answered(client) for _ in range(10)]

        with (
            running_service(server=server, workers=4) as address,
            ThreadPoolExecutor(CONNECTIONS) as threads,
        ):
            self._wait_for_a_fresh_hour()
            answers = [
                answer
                for answers in threads.map(ask, [address] * CONNECTIONS)
                for answer in answers
            ]
        assert Counter(answer.status_code for answer in answers) == {200: 100, 429: 220}
        served = [answer for answer in answers if answer.status_code == 200]
        refused = [answer for answer in answers if answer.status_code == 429]
        left = sorted(int(answer.headers["X-RateLimit-Remaining"]) for answer in served)
        assert left == list(range(100))
        assert {answer.headers["X-RateLimit-Remaining"] for answer in refused} == {"0"}
        resets = {answer.headers["X-RateLimit-Reset"] for answer in answers}
        assert len(resets) == 1
        assert all(1 <= int(answer.headers["Retry-After"]) <= 3600 for answer in refused)

    def test_whoever_waits_as_told_is_served(self, project: Project, server: str) -> None:
        key = make_key(project, burst_limit=1)[1]
        with (
            running_service(server=server, workers=2) as address,
            plain_client(base_url=address, headers={"X-API-Key": key}, timeout=60) as client,
        ):
            refused = next(
                answer
                for answer in (client.get("/policy") for _ in range(1000))
                if answer.status_code == 429
            )
            time.sleep(int(refused.headers["Retry-After"]))
            assert client.get("/policy").status_code == 200

    @staticmethod
    def _wait_for_a_fresh_hour() -> None:
        """Wait out the last seconds of an hour: the requests must fall into one window."""
        if time.time() % 3600 > 3570:
            time.sleep(31)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_redis_stopped_and_started_under_load_fails_no_request(
    own_redis: OwnRedis,  # noqa: F811 - the fixture, by its name
    project: Project,
    server: str,
) -> None:
    key, done = make_key(project)[1], Event()
    workers = 2 if connection.vendor == "postgresql" else 1

    def ask(address: str) -> Counter[int]:
        statuses: Counter[int] = Counter()
        with plain_client(base_url=address, headers={"X-API-Key": key}, timeout=60) as client:
            while not done.is_set():
                statuses[client.get("/policy").status_code] += 1
        return statuses

    def until_it_says(address: str, word: str | None) -> None:
        with plain_client(base_url=address, headers={"X-API-Key": key}, timeout=60) as client:
            for _ in range(100_000):
                assert client.get("/policy").status_code == 200  # so that this process learns it
                answer = client.get("/readyz")
                assert answer.status_code == 200
                if answer.json().get("rate_limits") == word:
                    return
        raise AssertionError(f"/readyz never said {word}")

    environment = {"REDIS_URL": own_redis.address, "WEB_CONCURRENCY": str(workers)}
    with (
        running_service(server=server, workers=workers, **environment) as address,
        ThreadPoolExecutor(8) as threads,
    ):
        asking = [threads.submit(ask, address) for _ in range(8)]
        try:
            until_it_says(address, None)
            own_redis.stop()
            until_it_says(address, "kept by each process")
            own_redis.start()
            until_it_says(address, None)
        finally:
            done.set()
        total = sum((answers.result() for answers in asking), Counter())
    assert set(total) == {200}
