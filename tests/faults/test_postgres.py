"""The service beside a PostgreSQL that is read-only, locked, hung, stopped, and back again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from tests.doors import SERVERS, collect_static, running_service
from tests.makers import memory_body
from tests.servers import OwnPostgres, manage, own_postgres

BROWSER = {"Accept": "text/html"}
BOUNDS: dict[str, Any] = {
    "DATABASE_LOCK_TIMEOUT": "1",
    "DATABASE_STATEMENT_TIMEOUT": "2",
    "DATABASE_DEADLINE": "3",
}


@dataclass
class World:
    server: OwnPostgres
    client: httpx.Client

    def store(self) -> httpx.Response:
        return self.client.post("/memory", json=memory_body())

    def ready(self) -> httpx.Response:
        return self.client.get("/readyz")

    def assert_away(self, answer: httpx.Response) -> None:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
        assert int(answer.headers["Retry-After"]) > 0

    def assert_well(self) -> None:
        """Nothing that was kept goes on failing: not one of many requests."""
        assert [self.store().status_code for _ in range(24)] == [201] * 24
        assert self.ready().json() == {"status": "ok"}


@pytest.fixture(scope="module")
def database() -> Iterator[tuple[OwnPostgres, str]]:
    with own_postgres() as server:
        manage(server.url, "migrate", "--verbosity", "0")
        made = manage(server.url, "createkey", "you@example.com", "--create-account")
        yield server, made.strip().splitlines()[-1]


@pytest.fixture(scope="module", params=SERVERS)
def world(request: pytest.FixtureRequest, database: tuple[OwnPostgres, str]) -> Iterator[World]:
    server, key = database
    collect_static()
    with (
        running_service(
            server=request.param,
            DATABASE_URL=server.url,
            WEB_THREADS="4",
            REDIS_URL="",
            HTTPS_ONLY="off",
            **BOUNDS,
        ) as url,
        httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=60) as client,
    ):
        yield World(server, client)


def wait_until(server: OwnPostgres, word: str) -> None:
    """Wait until the server has taken note: it reads its configuration when it gets to it."""
    for _ in range(100_000):
        with psycopg.connect(server.url) as own:
            if own.execute("SHOW default_transaction_read_only").fetchone() == (word,):
                return
    raise AssertionError(f"default_transaction_read_only is never {word}")


@contextmanager
def read_only(server: OwnPostgres, way: str) -> Iterator[None]:
    """Let the server take no writes, as after a failover that this side has not noticed."""
    kick = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    ways = {
        "server": (
            ("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"),
            ("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"),
        ),
        "role": (
            ("ALTER ROLE postgres SET default_transaction_read_only = on", kick),
            ("ALTER ROLE postgres RESET default_transaction_read_only",),
        ),
    }
    before, after = ways[way]
    server.run(*before)
    wait_until(server, "on")
    try:
        yield
    finally:
        server.run("SET default_transaction_read_only = off", *after)
        wait_until(server, "off")


@pytest.mark.parametrize("way", ["server", "role"])
def test_a_read_only_server_is_unavailable_and_kept_connections_are_made_anew(
    world: World, way: str
) -> None:
    world.assert_well()
    world.client.get("/accounts/login/", headers=BROWSER)
    token = world.client.cookies["csrf"]
    with read_only(world.server, way):
        for _ in range(12):
            world.assert_away(world.store())
        ready = world.ready()
        world.assert_away(ready)
        assert ready.json()["database"] == "read-only"
        form = {"login": "you@example.com", "password": "not it", "csrfmiddlewaretoken": token}
        page = world.client.post("/accounts/login/", data=form, headers=BROWSER)
        assert page.status_code == 503  # not evaluated: no attempt can be counted
        assert world.client.get("/healthz").status_code == 200
    world.assert_well()


def test_a_lock_that_another_holds_is_not_waited_for(world: World) -> None:
    with psycopg.connect(world.server.url) as other:
        other.execute("LOCK TABLE memory_memory IN ACCESS EXCLUSIVE MODE")
        world.assert_away(world.store())
        assert world.ready().status_code == 200
    world.assert_well()


def test_a_statement_without_an_end_is_cancelled(world: World) -> None:
    world.server.run(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$",
        "CREATE TRIGGER dawdle BEFORE INSERT ON memory_memory "
        "FOR EACH ROW EXECUTE FUNCTION dawdle()",
    )
    try:
        world.assert_away(world.store())
    finally:
        world.server.run("DROP TRIGGER dawdle ON memory_memory", "DROP FUNCTION dawdle()")
    world.assert_well()


def test_a_server_that_hangs_holds_nobody_for_long(world: World) -> None:
    world.assert_well()
    world.server.hang()
    try:
        world.assert_away(world.store())
        for _ in range(2):
            ready = world.ready()
            world.assert_away(ready)
            assert ready.json()["database"] == "away"
        assert world.client.get("/healthz").status_code == 200
    finally:
        world.server.hang(False)
    world.assert_well()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_a_server_that_was_stopped_is_found_again(world: World, how: signal.Signals) -> None:
    world.assert_well()
    world.server.stop(how=how)
    try:
        for _ in range(6):
            world.assert_away(world.store())
        world.assert_away(world.ready())
    finally:
        world.server.start()
    world.assert_well()
