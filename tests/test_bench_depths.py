"""The load tool says how deep the indexes are that its rows made."""

from __future__ import annotations

import os
import secrets
from urllib.parse import urlsplit

import psycopg
import pytest

from accounts.models import AuditEvent
from bench import depths
from bench.database import Database, libpq_url, own_database
from memory.models import Memory, RevocationGrant

KEPT = "CREATE TABLE kept (id integer PRIMARY KEY, name text)"
NAMED = "CREATE INDEX kept_by_name ON kept (name)"


def made(database: Database, *statements: str) -> None:
    with psycopg.connect(libpq_url(database.url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_the_tables_are_those_of_the_hot_operations() -> None:
    models = (Memory, RevocationGrant, AuditEvent)
    assert {model._meta.db_table for model in models} == set(depths.HOT)


def test_it_is_told_in_words_in_one_order() -> None:
    levels = {"accounts_auditevent": 3, "memory_memory": 4}
    assert depths.told(levels) == "memory 4, event 3"


@pytest.mark.postgresql
class TestOnPostgresql:
    def test_the_deepest_index_of_a_table_counts(self) -> None:
        with own_database(os.environ["TEST_DATABASE_URL"]) as database:
            made(database, KEPT, NAMED)
            assert depths.deepest(database.url, ["kept", "not_there"]) == {"kept": 1}
            # Names of a kilobyte that do not compress: some seven of them fill a page.
            name = "(SELECT string_agg(md5(n::text || m), '') FROM generate_series(1, 32) AS m)"
            filled = f"INSERT INTO kept SELECT n, {name} FROM generate_series(1, 300) AS n"
            made(database, filled)
            assert depths.deepest(database.url, ["kept"])["kept"] >= 3
            made(database, "DROP INDEX kept_by_name")
            assert depths.deepest(database.url, ["kept"]) == {"kept": 1}

    def test_a_role_that_may_not_look_is_told_nothing(self) -> None:
        role = f"memory_scope_bench_{secrets.token_hex(4)}"
        with own_database(os.environ["TEST_DATABASE_URL"]) as database:
            made(database, f"CREATE ROLE {role} LOGIN PASSWORD 'plain'")
            try:
                parts = urlsplit(database.url)
                host = f"{parts.hostname}:{parts.port or 5432}"
                plain = parts._replace(netloc=f"{role}:plain@{host}").geturl()
                assert depths.deepest(plain) == {}
            finally:
                made(database, f"DROP ROLE {role}")
