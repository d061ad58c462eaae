"""The functions in the database are those of the code, and lock beside their end user's rows."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from memory import functions

pytestmark = pytest.mark.postgresql


def test_those_of_the_database_are_those_of_the_code(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text, prosrc FROM pg_proc WHERE proname = ANY (%s)",
            [list(functions.FUNCTIONS)],
        )
        found = {re.sub(r", ?", ", ", name): body for name, body in cursor.fetchall()}
    texts = functions.FUNCTIONS.values()
    expected = {
        one.signature.replace("timestamptz", "timestamp with time zone"): f"\n{one.body}\n"
        for one in texts
    }
    assert found == expected


def test_locks_are_held_where_the_rows_of_the_end_user_are() -> None:
    for one in functions.OF_A_USER.values():
        assert one.takes[0] == "subject uuid"
        locking = [
            part for part in one.body.split(";") if "pg_advisory" in part or "pg_try" in part
        ]
        assert locking
        assert all("WHERE subject_id = subject" in part for part in locking)


@pytest.mark.django_db(transaction=True)
def test_calls_outside_a_transaction_are_read_committed_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)
