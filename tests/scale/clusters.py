"""A cluster of Citus that tests may empty: TEST_CITUS_URL names its coordinator's database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from config.environment import BASE_DIR

ROWS = 2000
# Of more than one shard, and found again by what they are made of.
FILL = """
    INSERT INTO memory_memory (id, subject_id, scope, domain, project_id, environment, user_id,
                               source, value_json, created_at, replace)
    SELECT md5(n::text)::uuid, md5((n / 10)::text)::uuid, 'preferences', '',
           '01a206ab-40b4-7077-8ae2-49c47828d986', 'live', 'user', 'inferred', '{}', now(), false
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
FILL_RECORD = """
    INSERT INTO accounts_auditevent (id, subject_id, event_type, app_id, environment, memory_ids,
                                     decision_id, request_id, created_at, meta)
    SELECT ('0100000000007' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))
           ::uuid, md5((n / 10)::text)::uuid, 'MEMORY_READ',
           '01a206ab-40b4-7077-8ae2-49c47828d986', 'live',
           '[]', md5(n::text)::uuid, '', now() - interval '10 days', '{}'
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
OURS = """
    SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
SPREADING = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query ~ %s AND pid <> %s"
WAIT_SECONDS = 60


class Cluster:
    """The cluster, as an operator sees it who may run commands and ask its database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, statement: Any, values: Any = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def on_node(self, group: int, *statements: str) -> None:
        """Run statements on a node itself, in a session in which Citus passes nothing on."""
        ((host, port),) = self.rows(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid = %s", (group,)
        )
        parts = psycopg.conninfo.conninfo_to_dict(self.url)
        node = psycopg.conninfo.make_conninfo(**{**parts, "host": host, "port": port})
        with psycopg.connect(node, autocommit=True) as connection:
            for statement in ("SET citus.enable_ddl_propagation = off", *statements):
                connection.execute(statement)

    def empty(self) -> None:
        """Take away all that is ours, and migrate anew."""
        for (table,) in self.rows(OURS):
            self.rows(f'DROP TABLE IF EXISTS "{table}" CASCADE')
        for (function,) in self.rows(FUNCTIONS):
            self.rows(f"DROP FUNCTION {function}")
        name = psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]
        self.rows(f'ALTER DATABASE "{name}" RESET ALL')
        migrated = self.manage("migrate")
        assert migrated.returncode == 0, migrated.stdout

    def fill(self, rows: int = ROWS, *, first: int = 1) -> None:
        numbers = {"first": first, "last": first + rows - 1}
        for statement in (FILL, FILL_RECORD):
            self.rows(statement, numbers)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATABASE_URL": self.url,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; return how it ended and what it said."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=10 * WAIT_SECONDS)
        return subprocess.CompletedProcess(arguments, process.returncode, said)

    def stop_in(self, number: signal.Signals) -> tuple[int, str]:
        """Send the command a signal while it spreads a table beside traffic."""
        process = self.start("distribute", "--yes", "--online")
        until(lambda: self.is_spreading() or process.poll() is not None)
        process.send_signal(number)
        said, _ = process.communicate(timeout=WAIT_SECONDS)
        return process.returncode, said

    def is_spreading(self) -> bool:
        with psycopg.connect(self.url, autocommit=True) as connection:
            pid = connection.info.backend_pid
            found = connection.execute(SPREADING, ("create_distributed_table_conc", pid))
            return found.fetchone() is not None

    def kinds(self) -> dict[str, tuple[str, int]]:
        """Return how each table is kept, with its number of shards."""
        return {
            table: (method, shards)
            for table, method, shards in self.rows(
                "SELECT logicalrelid::text, partmethod::text, (SELECT count(*) FROM pg_dist_shard s"
                " WHERE s.logicalrelid = p.logicalrelid) FROM pg_dist_partition p"
            )
        }


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "It did not come to be."
        time.sleep(0.05)
