"""What requests run often is prepared on the server, and goes from there again."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

import psycopg
import pytest
from django.db import NotSupportedError, connection, transaction

from foundation import kept_statements, sql
from tests.foundation.asking import by_django, kept, often, prepared

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_a_request_on_a_new_connection"),
]


def test_what_runs_often_is_prepared_for_the_types_of_its_values() -> None:
    assert often("SELECT %s::text", "x") == [("x",)]
    assert prepared() == ["SELECT $1::text"]
    assert sql.rows("SELECT %s::text", (5,)) == [("5",)]
    assert sql.rows("SELECT %s::text", (None,)) == [(None,)]  # as text: both need no type
    assert prepared() == ["SELECT $1::text"]
    assert often("SELECT %s::text", 5) == [("5",)]
    assert prepared() == ["SELECT $1::text"] * 2


def test_it_is_prepared_for_few_combinations_of_types() -> None:
    statement = f"SELECT {', '.join(['%s::bigint'] * 4)}"
    sizes = (1, 2**20, 2**40)
    for _ in range(connection.connection.prepare_threshold + 2):
        for values in product(sizes, repeat=4):
            assert sql.rows(statement, values) == [values]
    assert len(prepared()) == kept_statements.MOST_TYPES


def test_behind_a_pooler_nothing_is_prepared() -> None:
    runs = connection.connection.prepare_threshold + 2
    connection.connection.prepare_threshold = None
    for _ in range(runs):
        assert sql.rows("SELECT %s::text", ("x",)) == [("x",)]
    assert prepared() == []


def test_what_the_server_let_go_of_is_prepared_again() -> None:
    assert often("SELECT %s::text", "x") == [("x",)]
    connection.connection.execute("DEALLOCATE ALL")
    assert sql.rows("SELECT %s::text", ("y",)) == [("y",)]
    assert prepared() == []
    assert often("SELECT %s::text", "z") == [("z",)]
    assert prepared() == ["SELECT $1::text"]


def test_psycopg_and_this_prepare_beside_each_other() -> None:
    """A savepoint that is rolled back lets psycopg forget all that it prepared: ours goes too."""
    assert often("SELECT %s::text", "x") == [("x",)]
    for _ in range(connection.connection.prepare_threshold + 2):
        assert by_django("SELECT %s::bigint", (5,), binary=False) == [(5,)]
    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert by_django("SELECT %s::bigint", (6,), binary=False) == [(6,)]
    assert sql.rows("SELECT %s::text", ("y",)) == [("y",)]


@pytest.mark.parametrize("others", [False, True])
def test_columns_that_got_another_type_are_read_as_it(others: bool) -> None:
    sql.change("CREATE TABLE kept AS SELECT 5 AS number", ())
    try:
        assert often("SELECT number FROM kept") == [(5,)]
        alter = "ALTER TABLE kept ALTER number TYPE text"
        if others:
            with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
                other.execute(alter)
        else:
            sql.change(alter, ())
        assert often("SELECT number FROM kept") == [("5",)]
    finally:
        sql.change("DROP TABLE kept", ())


def test_not_many_statements_are_kept_nor_stay_prepared() -> None:
    runs = connection.connection.prepare_threshold + 1
    for number in range(kept_statements.MOST_STATEMENTS + 10):
        for _ in range(runs):
            sql.rows(f"SELECT {number}", ())
        assert len(kept()) <= kept_statements.MOST_STATEMENTS
    assert len(prepared()) == kept_statements.MOST_STATEMENTS
    assert "SELECT 0" not in prepared()


def test_a_statement_goes_also_when_the_server_let_go_of_it_before() -> None:
    assert often("SELECT %s::text", "x") == [("x",)]
    connection.connection.execute("DEALLOCATE ALL")
    for number in range(kept_statements.MOST_STATEMENTS + 1):
        assert sql.rows(f"SELECT {number}", ()) == [(number,)]
    assert ("SELECT %s::text", False) not in kept()


def test_what_fails_while_it_is_prepared_does_not_stay_so() -> None:
    sql.change(
        "CREATE FUNCTION kept(failing boolean) RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF failing"
        " THEN RAISE EXCEPTION 'no' USING ERRCODE = '0A000'; END IF; RETURN 1; END $$",
        (),
    )
    try:
        assert often("SELECT kept(%s::boolean)", False) == [(1,)]
        for _ in range(20):
            with pytest.raises(NotSupportedError):
                sql.rows("SELECT kept(%s::boolean)", (True,))
        assert len(prepared()) <= 1
    finally:
        sql.change("DROP FUNCTION kept(boolean)", ())
