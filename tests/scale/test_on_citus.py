"""`manage.py distribute` on a cluster: it spreads, goes on, changes nothing twice, finds faults."""

from __future__ import annotations

import os
import signal

import pytest

from config.spreading.tables import FUNCTIONS, LEADER, LOCAL, OF_UPGRADES, REFERENCE, SPREAD
from memory import functions
from tests.scale.clusters import ROWS, Cluster, until

pytestmark = pytest.mark.citus

AS_IT_SHOULD_BE = f"{len(SPREAD)} tables are spread over 32 shards on "


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """Return the cluster with the service's tables, some rows in them, and none spread."""
    cluster = Cluster(os.environ["TEST_CITUS_URL"])
    cluster.empty()
    cluster.fill()
    return cluster


@pytest.fixture
def spread(cluster: Cluster) -> Cluster:
    """Return the cluster, spread; whatever a test did before is put right."""
    ran = cluster.manage("distribute", "--yes")
    assert ran.returncode == 0, ran.stdout
    assert AS_IT_SHOULD_BE in ran.stdout
    return cluster


def check(cluster: Cluster) -> str:
    """Return what --check complains of; nothing if all is as it should be."""
    ran = cluster.manage("distribute", "--check")
    if ran.returncode == 0:
        assert ran.stdout.startswith(AS_IT_SHOULD_BE)
        return ""
    assert "Run 'manage.py distribute'." in ran.stdout
    return ran.stdout


class TestSpreading:
    def test_each_table_is_spread_with_its_rows(self, spread: Cluster) -> None:
        kinds = spread.kinds()
        assert {table: kinds.get(table) for table in SPREAD} == dict.fromkeys(SPREAD, ("h", 32))
        for table in ("memory_memory", "accounts_auditevent"):
            assert spread.rows(f"SELECT count(*) >= {ROWS} FROM {table}") == [(True,)]

    def test_nothing_is_left_where_it_was(self, spread: Cluster) -> None:
        held = spread.rows(
            "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND pg_relation_size(oid) > 0",
            ([*SPREAD],),
        )
        assert held == []

    def test_the_record_is_still_appended_to_and_nothing_else(self, spread: Cluster) -> None:
        for statement in (
            "DELETE FROM accounts_auditevent",
            "TRUNCATE accounts_auditevent",
            "UPDATE accounts_auditevent SET scope = 'schedule'",
        ):
            with pytest.raises(Exception, match="append-only"):
                spread.rows(statement)

    def test_what_serves_upgrades_alone_is_gone(self, spread: Cluster) -> None:
        found = "SELECT tgname FROM pg_trigger WHERE tgname = ANY (%s)"
        assert spread.rows(found, ([*OF_UPGRADES],)) == []

    def test_retention_removes_old_events_on_all_nodes(self, spread: Cluster) -> None:
        ran = spread.manage("maintain", "--only", "record", "--audit-days", "5")
        assert ran.returncode == 0, ran.stdout
        old = (
            "SELECT count(*) FROM accounts_auditevent WHERE created_at < now() - interval '6 days'"
        )
        assert spread.rows(old) == [(0,)]
        spread.fill(first=1_000_000)

    def test_the_second_time_nothing_changes(self, spread: Cluster) -> None:
        ran = spread.manage("distribute", "--yes")
        assert ran.stdout == spread.manage("distribute", "--check").stdout

    def test_it_needs_no_yes_where_nothing_is_to_do(self, spread: Cluster) -> None:
        ran = spread.manage("distribute")
        assert ran.returncode == 0
        assert AS_IT_SHOULD_BE in ran.stdout

    def test_functions_and_statements_are_looked_at(self, spread: Cluster) -> None:
        said = spread.manage("distribute", "--check").stdout
        for name in FUNCTIONS:
            if name in functions.OF_A_USER:
                assert f"{name} runs where its end user's rows are." in said
            else:
                assert f"{name} is not in this version" in said
        assert "statements concern one shard each." in said
        assert "Authentication asks the node that was asked, and no other." in said

    def test_any_node(self, spread: Cluster) -> None:
        ran = spread.manage("distribute", "--yes", "--any-node")
        assert ran.returncode == 0, ran.stdout
        assert "may be asked." in ran.stdout
        kinds = spread.kinds()
        assert {table: kinds.get(table) for table in (*REFERENCE, *LOCAL)} == dict.fromkeys(
            (*REFERENCE, *LOCAL), ("n", 1)
        )
        assert not check(spread)

    def test_rows_are_numbered_on(self, spread: Cluster) -> None:
        """Also where a run was stopped before it came to that."""
        ran = spread.manage("distribute", "--yes", "--any-node")
        assert ran.returncode == 0, ran.stdout
        add = "INSERT INTO auth_group (name) VALUES (%s) RETURNING id"
        ((before,),) = spread.rows(add, ("before",))
        spread.rows("SELECT setval('auth_group_id_seq', 1, false)")
        assert "Rows of auth_group are numbered on." in spread.manage("distribute", "--yes").stdout
        assert spread.rows(add, ("after",)) == [(before + 1,)]


class TestStopped:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
    def test_a_stopped_run_goes_on(self, spread: Cluster, number: signal.Signals) -> None:
        spread.rows("SELECT undistribute_table('accounts_auditevent')")
        spread.fill(60_000, first=10_000_000 * number)
        before = spread.rows("SELECT count(*) FROM accounts_auditevent")
        ended, said = spread.stop_in(number)
        assert ended == (130 if number == signal.SIGINT else -number), said
        if number == signal.SIGINT:
            assert "Stopped in the middle of this step: Spread accounts_auditevent" in said
        until(lambda: not spread.is_spreading())  # the server notices that nobody waits
        assert "accounts_auditevent is not spread." in check(spread)
        ran = spread.manage("distribute", "--yes", "--online")
        assert ran.returncode == 0, ran.stdout
        assert "accounts_auditevent is spread by subject_id." in ran.stdout
        assert spread.rows("SELECT count(*) FROM accounts_auditevent") == before


class TestFaults:
    def test_a_function_that_was_made_anew(self, spread: Cluster) -> None:
        ((text, signature),) = spread.rows(
            "SELECT pg_get_functiondef(oid), oid::regprocedure::text FROM pg_proc"
            " WHERE proname = 'memory_store'"
        )
        spread.rows(f"DROP FUNCTION {signature}")
        spread.rows(text)
        assert "memory_store does not run where its end user's rows are." in check(spread)
        assert spread.manage("distribute", "--yes").returncode == 0
        assert not check(spread)

    @pytest.mark.parametrize("name", ["memory_revoke", "accounts_auditevent_kept"])
    def test_a_function_that_is_another_on_one_node(self, spread: Cluster, name: str) -> None:
        ((text,),) = spread.rows(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", (name,)
        )
        spread.on_node(1, text.replace("BEGIN", "BEGIN /* another */", 1))
        assert f"{name} is not the same on " in check(spread)
        assert spread.manage("distribute", "--yes").returncode == 0
        assert not check(spread)

    def test_a_table_that_was_taken_back(self, spread: Cluster) -> None:
        spread.rows("SELECT undistribute_table('accounts_idlist')")
        assert "accounts_idlist is not spread." in check(spread)
        assert spread.manage("distribute", "--yes").returncode == 0
        assert not check(spread)

    def test_a_table_by_another_column(self, spread: Cluster) -> None:
        spread.rows("SELECT undistribute_table('apikeys_loggedrequest')")
        spread.rows("SELECT create_distributed_table('apikeys_loggedrequest', 'id')")
        assert "apikeys_loggedrequest is spread by id, not by writer" in check(spread)
        ran = spread.manage("distribute", "--yes")
        assert ran.returncode == 1
        assert "Take it back with SELECT undistribute_table" in ran.stdout
        spread.rows("SELECT undistribute_table('apikeys_loggedrequest')")

    def test_a_table_that_lies_elsewhere(self, spread: Cluster) -> None:
        spread.rows("SELECT undistribute_table('memory_tally')")
        spread.rows(
            "SELECT create_distributed_table('memory_tally', 'place', colocate_with => 'none')"
        )
        assert f"does not lie beside {LEADER}" in check(spread)
        assert spread.manage("distribute", "--yes").returncode == 1
        spread.rows("SELECT undistribute_table('memory_tally')")

    def test_rows_that_were_left_outside(self, spread: Cluster) -> None:
        spread.rows("SELECT undistribute_table('accounts_auditevent')")
        spread.rows("SELECT create_distributed_table('accounts_auditevent', 'subject_id')")
        assert "accounts_auditevent holds rows outside of its shards" in check(spread)
        assert spread.manage("distribute", "--yes").returncode == 0
        assert not check(spread)

    def test_a_node_that_logs_what_fails(self, spread: Cluster) -> None:
        ((name,),) = spread.rows("SELECT current_database()")
        setting = f'ALTER DATABASE "{name}" SET log_min_error_statement = '
        spread.on_node(1, setting + "error")
        assert "log_min_error_statement is error; it must be panic" in check(spread)
        spread.on_node(1, setting + "panic")
        assert not check(spread)

    def test_another_number_of_shards(self, spread: Cluster) -> None:
        ran = spread.manage("distribute", "--yes", "--shards", "16")
        assert ran.returncode == 1
        assert f"{LEADER} has 32 shards, not 16" in ran.stdout
