"""What is an outage and what is a bug; that an outage is told, logged twice, and ends by itself."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import (
    DatabaseError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.test import Client
from psycopg import errors
from pytest_django import Settings

from foundation import outage_log, outages, sql
from tests.doors import Api
from tests.makers import memory_body

BROWSER = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def fresh_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage_log, "database", outage_log.Outage())


def caused(kind: type[Error], cause: Exception) -> Error:
    error = kind("at 10.0.0.1")
    error.__cause__ = cause
    return error


def sqlite(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("at /srv")
    error.sqlite_errorcode = code
    return error


OUTAGES = [
    caused(InternalError, errors.ReadOnlySqlTransaction()),
    caused(OperationalError, errors.AdminShutdown()),
    caused(OperationalError, errors.CrashShutdown()),
    caused(OperationalError, errors.CannotConnectNow()),
    caused(OperationalError, errors.QueryCanceled()),
    caused(OperationalError, errors.DiskFull()),
    caused(OperationalError, errors.TooManyConnections()),
    caused(OperationalError, errors.OutOfMemory()),
    caused(OperationalError, errors.LockNotAvailable()),
    caused(OperationalError, errors.SerializationFailure()),
    caused(OperationalError, errors.DeadlockDetected()),
    caused(OperationalError, errors.ConnectionFailure()),
    caused(OperationalError, errors.IoError()),
    caused(InternalError, errors.IdleInTransactionSessionTimeout()),
    caused(InternalError, errors.DataCorrupted()),
    caused(OperationalError, psycopg.OperationalError("the connection is lost")),
    caused(InterfaceError, psycopg.InterfaceError("the connection is closed")),
    caused(OperationalError, sqlite(sqlite3.SQLITE_BUSY)),
    caused(OperationalError, sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT)),
    caused(OperationalError, sqlite(sqlite3.SQLITE_LOCKED)),
    caused(OperationalError, sqlite(sqlite3.SQLITE_READONLY_DBMOVED)),
    caused(OperationalError, sqlite(sqlite3.SQLITE_IOERR_WRITE)),
    caused(OperationalError, sqlite(sqlite3.SQLITE_FULL)),
    caused(OperationalError, sqlite(sqlite3.SQLITE_CANTOPEN)),
    caused(DatabaseError, sqlite(sqlite3.SQLITE_CORRUPT, sqlite3.DatabaseError)),
    caused(DatabaseError, sqlite(sqlite3.SQLITE_NOTADB, sqlite3.DatabaseError)),
    OperationalError("nobody there"),
    InterfaceError("connection already closed"),
]
BUGS: list[Exception] = [
    caused(IntegrityError, errors.UniqueViolation()),
    caused(DatabaseError, errors.NumericValueOutOfRange()),
    caused(ProgrammingError, errors.UndefinedTable()),
    caused(ProgrammingError, errors.SyntaxError()),
    caused(ProgrammingError, errors.InsufficientPrivilege()),
    caused(InternalError, errors.InFailedSqlTransaction()),
    caused(InternalError, errors.RaiseException()),
    caused(OperationalError, errors.StatementTooComplex()),
    caused(OperationalError, sqlite(sqlite3.SQLITE_ERROR)),
    caused(IntegrityError, sqlite(sqlite3.SQLITE_CONSTRAINT, sqlite3.IntegrityError)),
    DatabaseError("Save with update_fields did not affect any rows."),
    ProgrammingError("no results to fetch"),
    ValueError("x"),
]


def _name(error: Exception) -> str:
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None) or getattr(cause, "sqlstate", None)
    return f"{type(error).__name__} {code}"


@pytest.mark.parametrize("error", OUTAGES, ids=_name)
@pytest.mark.django_db
class TestAnOutage:
    def test_the_api_says_unavailable(
        self, api: Api, error: Error, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*arguments: object) -> None:
            raise error

        monkeypatch.setattr("memory.schemas.create_memory", fail)
        response = api.post("/memory", memory_body())
        assert (response.status_code, response.json()["code"]) == (503, "unavailable")
        assert int(response.headers["Retry-After"]) > 0

    def test_pages_say_unavailable(self, error: Error, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*arguments: object) -> None:
            raise error

        monkeypatch.setattr("config.front_page.render", fail)
        response = Client(raise_request_exception=False).get("/", headers=BROWSER)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("error", BUGS, ids=_name)
@pytest.mark.django_db
def test_a_bug_stays_a_bug(api: Api, error: Error, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("memory.schemas.create_memory", fail)
    monkeypatch.setattr("config.front_page.render", fail)
    assert api.post("/memory", memory_body()).status_code == 500
    page = Client(raise_request_exception=False).get("/", headers=BROWSER)
    assert page.status_code == 500


@pytest.mark.parametrize("error", OUTAGES, ids=_name)
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_could_go_on_failing_is_dropped(error: Error) -> None:
    connection.ensure_connection()
    kept = connection.connection
    assert outages.settle(error)
    assert (connection.connection is kept) == outages.is_passing(error)


class TestTheLog:
    def test_an_outage_has_a_line_at_its_start_and_one_at_its_end(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nobody_there(*arguments: object) -> None:
            raise OperationalError("at 10.0.0.1")

        caplog.set_level(logging.WARNING)
        monkeypatch.setattr("foundation.sql.rows", nobody_there)
        for _ in range(20):
            assert Client().get("/readyz").status_code == 503
        assert len(caplog.records) == 1
        assert outage_log.database.ongoing
        outage_log.database.end()
        assert len(caplog.records) == 2
        assert "20 requests failed" in caplog.records[1].getMessage()
        assert not outage_log.database.ongoing

    @pytest.mark.django_db(transaction=True)
    def test_the_end_is_noticed_by_itself(
        self,
        settings: Settings,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(outage_log, "QUIET", 0.02)
        settings.WORK_IN_BACKGROUND = True
        caplog.set_level(logging.WARNING)
        assert outage_log.database.note()
        for thread in threading.enumerate():
            if thread.name == "outage":
                thread.join(timeout=60)
        assert not outage_log.database.ongoing
        assert "does its work again" in caplog.text


@pytest.mark.skipif("os.environ.get('TEST_DATABASE_URL')", reason="about SQLite")
@pytest.mark.django_db(transaction=True)
class TestOnSqlite:
    @pytest.fixture
    def taken(self) -> Iterator[None]:
        """Let another process write and come to no end."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 20")
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()
        connection.close()

    def test_another_process_that_writes_is_not_waited_for(self, api: Api, taken: None) -> None:
        response = api.post("/memory", memory_body())
        assert (response.status_code, response.json()["code"]) == (503, "unavailable")

    def test_it_is_not_ready_while_nobody_can_write(
        self, taken: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sql, "READY_SECONDS", 0.02)
        response = Client().get("/readyz")
        assert (response.status_code, response.json()["database"]) == (503, "busy")

    def test_a_turn_that_does_not_come_is_an_outage(self, api: Api, settings: Settings) -> None:
        settings.DATABASE_LOCK_TIMEOUT = 0.02
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with sql._turn:
                held.set()
                done.wait(60)

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(60)
        try:
            response = api.post("/memory", memory_body())
        finally:
            done.set()
            holder.join()
        assert (response.status_code, response.json()["code"]) == (503, "unavailable")
        api.remember()

    def test_a_read_only_database_is_unavailable_and_not_ready_until_it_can_be_written(
        self, api: Api
    ) -> None:
        for path in ("/memory", "/readyz"):
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA query_only = on")
            response = Client().get(path) if path == "/readyz" else api.post(path, memory_body())
            assert (response.status_code, response.json()["code"]) == (503, "unavailable")
        # The connection that was read-only is gone: another one is not.
        assert Client().get("/readyz").json() == {"status": "ok"}
        api.remember()

    def test_a_file_that_is_gone_is_not_ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/at/all.sqlite3")
        assert Client().get("/readyz").status_code == 503
