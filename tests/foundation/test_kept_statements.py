"""A statement that runs again finds the same, whatever became of its connection meanwhile."""

from __future__ import annotations

import gc
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from weakref import ref

import pytest
from django.db import (
    DEFAULT_DB_ALIAS,
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from foundation import kept_statements, outages, sql
from foundation.deadlines import Deadlines, deadlines
from tests.doors import kill_connection
from tests.foundation.asking import by_django, kept, often

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_a_request_on_a_new_connection"),
]

TYPED = "SELECT %s::uuid, %s::timestamptz, %s::text, %s::bigint, %s::boolean, '{\"a\": 1}'::jsonb"
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("binary", [False, True])
def test_it_finds_what_a_new_cursor_finds_each_time(binary: bool) -> None:
    for values in (
        (uuid4(), AT, "x", 5, True),
        (None, None, None, None, None),
        (UUID(int=1), AT, "", 2**60, False),
    ):
        found = sql.rows(TYPED, values, binary=binary)
        assert found == by_django(TYPED, values, binary=binary)
        assert found[0][1] is None or found[0][1].tzinfo is not None
    assert list(kept()) == [(TYPED, binary)]


def test_equal_statements_are_one_however_they_were_made() -> None:
    for number in range(3):
        assert sql.rows(f"SELECT %s::bigint{' ' * 2}", (number,)) == [(number,)]
    assert len(kept()) == 1


def test_a_change_says_how_many_rows_it_changed() -> None:
    sql.change("CREATE TEMPORARY TABLE kept (number int PRIMARY KEY)", ())
    try:
        assert sql.change("INSERT INTO kept SELECT generate_series(1, %s)", (3,)) == 3
        assert sql.change("DELETE FROM kept WHERE number > %s", (1,)) == 2
        assert sql.change("DELETE FROM kept WHERE number > %s", (1,)) == 0
    finally:
        sql.change("DROP TABLE kept", ())


@pytest.mark.parametrize(
    ("statement", "value", "kind"),
    [
        ("SELECT 1 / %s::int", 0, DataError),
        ("SELECT pg_sleep(%s::int)", 5, OperationalError),
        ("INSERT INTO django_content_type (id) VALUES (%s)", 1, IntegrityError),
    ],
)
def test_errors_are_those_of_django_and_the_next_run_is_a_new_one(
    statement: str, value: int, kind: type[Exception]
) -> None:
    sql.rows("SELECT set_config('statement_timeout', '50ms', false)", ())
    try:
        for _ in range(2):
            with pytest.raises(kind) as caught:
                sql.rows(statement, (value,))
            assert caught.value.__cause__ is not None
            assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    finally:
        sql.rows("SELECT set_config('statement_timeout', '0', false)", ())
    assert sql.rows("SELECT 1", ()) == [(1,)]


def test_a_transaction_that_is_broken_takes_nothing_more() -> None:
    with transaction.atomic():
        connection.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            sql.rows("SELECT 1", ())


def test_a_new_connection_has_cursors_of_its_own() -> None:
    mine = "SELECT pg_backend_pid()"
    before = sql.rows(mine, ())
    assert sql.rows(mine, ()) == before
    connection.close()
    assert sql.rows(mine, ()) != before


def test_a_table_that_was_changed_is_read_as_it_is_now() -> None:
    sql.change("CREATE TEMPORARY TABLE kept AS SELECT 5 AS number", ())
    try:
        assert sql.rows("SELECT number FROM kept", ()) == [(5,)]
        sql.change("ALTER TABLE kept ALTER number TYPE text", ())
        assert sql.rows("SELECT number FROM kept", ()) == [("5",)]
    finally:
        sql.change("DROP TABLE kept", ())


def test_who_asks_django_to_show_statements_sees_them() -> None:
    seen = []

    def look(execute: Any, statement: str, *others: Any) -> Any:
        seen.append(statement)
        return execute(statement, *others)

    sql.rows("SELECT 1", ())
    with connection.execute_wrapper(look):
        assert sql.rows("SELECT 1", ()) == [(1,)]
    with CaptureQueriesContext(connection) as captured:
        sql.rows("SELECT 1", ())
    assert seen == ["SELECT 1"]
    assert [query["sql"] for query in captured.captured_queries] == ["SELECT 1"]


def test_nothing_of_what_was_found_is_kept() -> None:
    assert sql.rows("SELECT %s::text", ("fennel",)) == [("fennel",)]
    sql.change("UPDATE accounts_user SET name = %s WHERE false", ("fennel",))
    assert len(kept()) == 2
    assert [known.transformer.pgresult for known in kept().values()] == [None, None]


def test_a_sign_for_per_cent_is_one() -> None:
    assert sql.rows("SELECT 7 %% 4, 'a%%', %s::text", ("%s",)) == [(3, "a%", "%s")]


def test_a_connection_takes_all_that_is_kept_along() -> None:
    assert often("SELECT %s::text", "x") == [("x",)]
    driver = ref(connection.connection)
    connection.close()
    gc.collect()
    assert driver() is None


def test_values_and_placeholders_are_as_many() -> None:
    for values in ((), (1, 2)):
        with pytest.raises(ProgrammingError):
            sql.rows("SELECT %s::bigint", values)


def test_where_nothing_is_committed_by_itself_nothing_runs_here() -> None:
    sql.change("CREATE TABLE kept (number int)", ())
    try:
        connection.set_autocommit(False)
        sql.change("INSERT INTO kept VALUES (%s)", (1,))
        connection.rollback()
        connection.set_autocommit(True)
        assert sql.rows("SELECT * FROM kept", ()) == []
    finally:
        connection.set_autocommit(True)
        sql.change("DROP TABLE kept", ())


def test_a_connection_that_was_cut_is_an_outage_and_the_next_is_asked_anew() -> None:
    assert often("SELECT 1") == [(1,)]
    kill_connection()
    with pytest.raises(OperationalError) as caught:
        sql.rows("SELECT 1", ())
    assert outages.is_outage(caught.value)
    connection.close()
    assert often("SELECT 1") == [(1,)]
    kill_connection()
    assert sql.first_rows("SELECT 1", ()) == [(1,)]


def test_a_deadline_cuts_what_the_server_does_not_answer() -> None:
    often("SELECT 1")
    with deadlines.within(0.1), pytest.raises(OperationalError) as caught:
        sql.rows("SELECT pg_sleep(%s::int)", (50,))
    assert outages.is_outage(caught.value)
    connection.close()


@pytest.mark.parametrize("inside", [True, False])
def test_others_use_the_drivers_own_cursors(inside: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a transaction, and without a deadline, where Ctrl-C must end what is waited for."""
    if inside:
        with transaction.atomic():
            assert sql.rows("SELECT %s::text", ("x",)) == [("x",)]
    else:
        monkeypatch.setattr(kept_statements, "deadlines", Deadlines())
        assert sql.rows("SELECT %s::text", ("x",)) == [("x",)]
    assert kept() == {}


def test_a_first_statement_may_be_the_second_of_a_transaction_that_failed() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        sql.rows("SELECT 1", ())
        raise ZeroDivisionError
    assert sql.rows("SELECT 1", ()) == [(1,)]


def test_they_go_with_a_connection_that_another_thread_takes_over() -> None:
    """As under granian, where connections belong to turns (config/serving/granian/seats.py)."""
    own = connections[DEFAULT_DB_ALIAS]
    sql.rows("SELECT 1", ())
    own.inc_thread_sharing()
    seen: list[dict[Any, Any]] = []

    def other() -> None:
        connections[DEFAULT_DB_ALIAS] = own
        with deadlines.within(60):
            sql.rows("SELECT 1", ())
        seen.append(dict(kept()))

    before = dict(kept())
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    own.dec_thread_sharing()
    assert seen == [before]
