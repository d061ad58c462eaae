"""The functions in the database are those of the code, and lock beside their end user's rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import Project
from foundation import sql
from memory import functions, tallies
from memory.models import Memory
from memory.places import PLACES, SHARDS
from tests.doors import Api, Response
from tests.makers import NOW, memory_body, read_body

pytestmark = pytest.mark.postgresql
NUMBERS = ("used", "allowed", "most")


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


@pytest.mark.django_db
def test_parts_of_a_count_that_appear_meanwhile_are_not_locked_out_of_turn(
    project: Project,
) -> None:
    """Who begins a count adds its parts at once: what comes then asks for the first one again."""
    owner = (project.pk, "test", "memories")
    columns = ("project_id", "environment", "kind", "shard", "place", *NUMBERS, "settled_at")
    appeared = [
        (*owner, shard, PLACES[shard], *[0] * len(NUMBERS), NOW) for shard in range(5, SHARDS)
    ]
    sql.insert("memory_tally", columns, appeared)
    assert sql.rows(tallies.LOCK_PARTS, owner) == []


@pytest.mark.django_db(transaction=True)
class TestTrips:
    """Authentication is one, and all that an operation writes is another."""

    def trips(self, call: Callable[[], Response]) -> int:
        sent: list[bool] = []

        def see(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
            sent.append(connection.in_atomic_block)
            return execute(statement, values, many, context)

        with connection.execute_wrapper(see):
            assert call().status_code in (200, 201)
        assert not any(sent)
        return len(sent)

    def test_each_operation_takes_as_few_as_it_can(self, api: Api) -> None:
        def create(key: str) -> Response:
            return api.post("/memory", memory_body(), HTTP_IDEMPOTENCY_KEY=key)

        def with_token(path: str, token: str) -> Response:
            return api.post(path, {"revocation_token": token})

        assert create("first").status_code == 201  # and what may be kept is dealt out
        token = api.read()["revocation_token"]
        assert self.trips(lambda: api.post("/memory", memory_body())) == 2
        assert self.trips(lambda: create("second")) == 3
        assert self.trips(lambda: create("second")) == 3
        assert self.trips(lambda: api.post("/memory/read", read_body())) == 3
        assert self.trips(lambda: with_token("/memory/read/continue", token)) == 4
        assert self.trips(lambda: with_token("/memory/revoke", token)) == 3


MISSES_AT_FIRST = """
    CREATE FUNCTION miss_at_first() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('test.missed', true) = 'yes' THEN
            RETURN NEW;
        END IF;
        PERFORM set_config('test.missed', 'yes', true);
        RETURN NULL;
    END $$;
    CREATE TRIGGER miss_at_first BEFORE UPDATE ON memory_memory
        FOR EACH ROW EXECUTE FUNCTION miss_at_first();
"""


@pytest.mark.django_db
def test_a_revoke_hides_once_more_what_it_did_not_find(api: Api) -> None:
    """As where rows come to another machine in this very moment."""
    api.remember()
    token = api.read()["revocation_token"]
    with connection.cursor() as cursor:
        cursor.execute(MISSES_AT_FIRST)
    api.revoke(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('test.missed', true)")
        assert cursor.fetchone() == ("yes",)
    assert not Memory.objects.visible().exists()
