"""Whether the database and Redis are up, as /metrics tells by asking them."""

from __future__ import annotations

import socket

import pytest
from django.conf import settings as project_settings
from django.db import connection
from pytest_django import Settings
from redis import RedisError

from apikeys import throttling
from apikeys.counters import LocalCounters, RedisCounters, SharedCounters, window
from tests.doors import free_port, kill_connection
from tests.metrics.figures import one, scrape


@pytest.mark.django_db
@pytest.mark.usefixtures("token")
class TestWhetherThePartsAreUp:
    def test_the_database_is_up(self) -> None:
        assert one(scrape(), "database_up") == 1

    def test_the_database_is_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        elsewhere = (
            ("NAME", "/nowhere/at/all.sqlite3")
            if connection.vendor == "sqlite"
            else ("PORT", str(free_port()))
        )
        monkeypatch.setitem(connection.settings_dict, *elsewhere)
        assert one(scrape(), "database_up") == 0

    @pytest.mark.postgresql
    def test_a_database_that_says_nothing_is_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = str(silent.getsockname()[1])
            monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
            monkeypatch.setitem(connection.settings_dict, "PORT", port)
            assert one(scrape(), "database_up") == 0

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_a_connection_that_was_cut_is_no_outage(self) -> None:
        kill_connection()
        assert one(scrape(), "database_up") == 1
        connection.close()

    def test_nothing_is_said_of_a_redis_that_is_not_used(self, settings: Settings) -> None:
        settings.REDIS_URL = ""
        found = scrape()
        assert one(found, "redis_up") is None
        assert one(found, "rate_limits_shared") is None

    @pytest.mark.redis
    def test_redis_is_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shared = SharedCounters(RedisCounters(project_settings.REDIS_URL), LocalCounters())
        monkeypatch.setattr(throttling, "counters", shared)
        found = scrape()
        assert (one(found, "redis_up"), one(found, "rate_limits_shared")) == (1, 1)

    def test_redis_is_down(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
        shared = SharedCounters(RedisCounters(settings.REDIS_URL), LocalCounters())
        monkeypatch.setattr(throttling, "counters", shared)
        assert one(scrape(), "redis_up") == 0
        assert shared.add((window("x", length=60, at=0),)) == [1]
        found = scrape()
        assert (one(found, "redis_up"), one(found, "rate_limits_shared")) == (0, 0)

    def test_a_redis_that_fails_otherwise_is_down(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*arguments: object) -> None:
            raise RedisError("NOAUTH")

        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        monkeypatch.setattr("redis.Redis.ping", refuse)
        assert one(scrape(), "redis_up") == 0
