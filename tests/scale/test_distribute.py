"""`manage.py distribute` without a cluster: what is missing is named, and nothing is done."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.management.commands.migrate import LOCK
from config.spreading import layout, server, table_steps, verifying
from config.spreading.cluster import Kept
from config.spreading.statements import HOT
from config.spreading.tables import (
    ALONE,
    FUNCTIONS,
    LEADER,
    LOCAL,
    NEEDED_BESIDE,
    REFERENCE,
    SPREAD,
)
from memory import functions

Terminal = Callable[[str], None]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return what sits somebody before the command who types this."""

    def typing(text: str) -> None:
        keyboard = io.StringIO(text)
        monkeypatch.setattr(keyboard, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdin", keyboard)

    return typing


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server lack nothing, whatever it is."""
    monkeypatch.setattr(server, "lacking", list)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


def distribute(*arguments: str) -> tuple[str, str]:
    """Run the command; return what it said and why it failed, which is empty if it did not."""
    said = io.StringIO()
    try:
        call_command("distribute", *arguments, stdout=said, stderr=said)
    except CommandError as error:
        return said.getvalue(), str(error)
    return said.getvalue(), ""


def has_extension() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
        return cursor.fetchone() is not None


@pytest.mark.django_db
class TestWithoutACluster:
    def test_there_is_nothing_to_check(self) -> None:
        said, why = distribute("--check")
        assert said == "The service is not spread over nodes: nothing to check.\n"
        assert not why

    def test_sqlite_cannot_be_spread(self) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("This is not SQLite.")
        said, why = distribute("--yes")
        assert "only PostgreSQL can be spread" in said
        assert why

    def test_a_pooler_is_not_spread_through(self, settings: Any) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("This is not PostgreSQL.")
        settings.DATABASE_POOLER = True
        said, why = distribute("--yes")
        assert "DATABASE_POOLER is on" in said
        assert why

    @pytest.mark.postgresql
    @pytest.mark.usefixtures("ready")
    def test_without_a_terminal_it_says_what_it_would_do(self) -> None:
        said, why = distribute("--node", "10.0.0.2", "--node", "10.0.0.3:6000", "--shards", "16")
        assert "Would do: Create the extension citus in this database." in said
        assert "Would do: Join node 10.0.0.2:5432." in said
        assert "Would do: Join node 10.0.0.3:6000." in said
        for table, column in SPREAD.items():
            assert f"Would do: Spread {table} by {column} over 16 shards" in said
        for name in functions.OF_A_USER:
            assert f"Would do: Let {name} run where its end user's rows are." in said
        assert why == "Nothing was done: there is no terminal to ask on, and no --yes."
        assert not has_extension()

    @pytest.mark.postgresql
    @pytest.mark.usefixtures("ready")
    def test_the_only_node_holds_the_shards(self) -> None:
        said, _ = distribute("--here", "db.example:5433")
        assert "Would do: Call this node db.example:5433." in said
        assert "Would do: Let this node hold the shards, as it is the only one." in said

    @pytest.mark.postgresql
    @pytest.mark.usefixtures("ready")
    def test_the_only_node_is_not_spread_beside_traffic(self) -> None:
        said, why = distribute("--yes", "--online")
        assert not said
        assert why == table_steps.HOLDS_SHARDS
        said, why = distribute("--online", "--node", "10.0.0.2")
        assert "beside traffic" in said
        assert why.startswith("Nothing was done")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ready")
class TestAsking:
    @pytest.mark.parametrize("answer", ["n\n", "\n", "maybe\n", ""])
    def test_nothing_is_done_without_a_yes(self, terminal: Terminal, answer: str) -> None:
        terminal(answer)
        said, why = distribute()
        assert said == "Create the extension citus in this database? [y/N] "
        assert why.startswith("Stopped before this step: Create the extension citus")
        assert "it goes on where it stopped" in why
        assert not has_extension()

    def test_one_runs_at_a_time_and_no_migration_beside_it(self, terminal: Terminal) -> None:
        terminal("y\n")
        connection.ensure_connection()
        with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            said, why = distribute()
        assert not said
        assert "runs already" in why
        assert not has_extension()


class TestOptions:
    @pytest.mark.parametrize("shards", ["0", "3", "12", "64", "-4", "many"])
    def test_shards_are_a_power_of_two_up_to_32(self, shards: str) -> None:
        assert "must be a power of two up to 32" in distribute("--shards", shards)[1]

    @pytest.mark.parametrize("node", ["", ":5432", "db:", "db:port", "db:0", "db:65536"])
    def test_a_node_is_host_and_port(self, node: str) -> None:
        assert "is not HOST:PORT" in distribute(f"--node={node}")[1]


class TestSettings:
    RIGHT = {
        "shared_preload_libraries": "citus, pg_stat_statements",
        "wal_level": "logical",
        "max_prepared_transactions": "1",
        "max_worker_processes": "32",
        "output_plugin_libraries": 'pgoutput, "citus"',
        "log_min_error_statement": "panic",
        "default_transaction_isolation": "read committed",
    }
    WRONG = {
        "shared_preload_libraries": "pg_stat_statements, citus",
        "wal_level": "replica",
        "max_prepared_transactions": "0",
        "max_worker_processes": "8",
        "output_plugin_libraries": "pgoutput, test_decoding",
        "log_min_error_statement": "error",
        "default_transaction_isolation": "repeatable read",
    }

    def test_nothing_is_said_of_what_is_right(self) -> None:
        assert self.RIGHT.keys() == {one.name for one in server.SETTINGS}
        assert server.lacking_in(self.RIGHT, "") == []

    @pytest.mark.parametrize("name", WRONG)
    def test_what_is_wrong_is_named_with_its_value_and_its_place(self, name: str) -> None:
        values = {**self.RIGHT, name: self.WRONG[name]}
        (sentence,) = server.lacking_in(values, " (node 10.0.0.2:5432)")
        assert sentence.startswith(f"{name} is {self.WRONG[name]}; it must be ")
        assert "postgresql.conf" in sentence
        assert sentence.endswith(" (node 10.0.0.2:5432).")

    def test_a_setting_that_a_server_does_not_have_is_not_asked_for(self) -> None:
        values = {**self.RIGHT}
        del values["output_plugin_libraries"]
        assert server.lacking_in(values, "") == []

    @pytest.mark.postgresql
    @pytest.mark.django_db
    def test_a_server_is_asked_for_its_own(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW wal_level")
            (level,) = cursor.fetchone()
        named = [one for one in server.lacking() if one.startswith("wal_level")]
        assert bool(named) is (level != "logical")


class TestLayout:
    def test_a_table_beside_the_first_is_right(self) -> None:
        kept = {table: Kept("spread", column, 7, 32) for table, column in SPREAD.items()}
        for table, column in SPREAD.items():
            assert layout.wrongly_spread(table, column, kept) is None

    def test_what_a_stopped_run_left_can_still_be_spread(self) -> None:
        kept = {LEADER: Kept("local")}
        assert layout.wrongly_spread(LEADER, SPREAD[LEADER], kept) is None
        assert layout.leader_of(kept) is None

    def test_another_column_is_wrong(self) -> None:
        kept = {LEADER: Kept("spread", "project_id", 7, 32)}
        wrong = layout.wrongly_spread(LEADER, SPREAD[LEADER], kept)
        assert wrong == f"{LEADER} is spread by project_id, not by subject_id"

    @pytest.mark.parametrize("table", [*SPREAD])
    def test_elsewhere_than_the_first_is_wrong_but_of_what_stands_alone(self, table: str) -> None:
        kept = {LEADER: Kept("spread", SPREAD[LEADER], 7, 32)}
        kept = {**kept, table: Kept("spread", SPREAD[table], 7 if table == LEADER else 8, 32)}
        wrong = layout.wrongly_spread(table, SPREAD[table], kept)
        assert (wrong is None) is (table == LEADER or table in ALONE)


class TestLists:
    def test_no_table_is_in_two(self) -> None:
        listed = [*SPREAD, *NEEDED_BESIDE, *REFERENCE, *LOCAL]
        assert len(listed) == len(set(listed))

    @pytest.mark.django_db
    def test_each_table_is_in_one(self) -> None:
        listed = {*SPREAD, *NEEDED_BESIDE, *REFERENCE, *LOCAL}
        assert set(connection.introspection.table_names()) - listed == set()

    def test_each_function_about_a_user_is_listed(self) -> None:
        assert set(functions.OF_A_USER) <= set(FUNCTIONS)

    @pytest.mark.parametrize(("name", "text", "values"), HOT, ids=[one[0] for one in HOT])
    def test_each_statement_has_its_values(self, name: str, text: str, values: Any) -> None:
        assert text.count("%s") == len(values)

    @pytest.mark.postgresql
    @pytest.mark.django_db
    @pytest.mark.parametrize(("name", "text", "values"), HOT, ids=[one[0] for one in HOT])
    def test_each_statement_has_a_plan(self, name: str, text: str, values: Any) -> None:
        assert verifying.tasks_of(text, values) == 0  # on one server it asks no other
