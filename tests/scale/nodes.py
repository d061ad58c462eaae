"""A Citus cluster of the tests' own: they may stop its nodes, and read what each committed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import psycopg
import pytest

from tests.scale.clusters import Cluster
from tests.servers import OwnPostgres

OPTIONS = (
    "shared_preload_libraries=citus",
    "citus.node_conninfo=sslmode=disable",  # the home that it would look for keys in is not its own
    "wal_level=logical",
    "max_prepared_transactions=200",
    "max_worker_processes=40",
    "max_connections=200",
    "max_wal_senders=30",
    "max_replication_slots=30",
    "log_min_error_statement=panic",
)
PLUGINS = "output_plugin_libraries"
SLOT = "drills"
NO_LIMIT = "1000000000"
USERS_OF = """
    SELECT DISTINCT user_id FROM memory_memory JOIN pg_dist_shard_placement ON shardid =
        get_shard_id_for_distribution_column('memory_memory', subject_id)
    WHERE nodeport = %s
"""
EVENT = re.compile(
    r"table public\.accounts_auditevent(?:_\d+)?: INSERT: id\[uuid\]:'([0-9a-f-]{36})'"
)


class Commit(NamedTuple):
    """Where a node committed a row: its place in the log of that node, and of the transaction."""

    lsn: int
    transaction: int


class OwnCluster(Cluster):
    """Three PostgreSQL servers with Citus; the first is the coordinator, and alone at first."""

    def __init__(self, nodes: list[OwnPostgres], options: tuple[str, ...]) -> None:
        super().__init__(nodes[0].url)
        self.nodes = nodes
        self.urls = [node.url for node in nodes]
        self._options = options

    def start_node(self, number: int) -> None:
        self.nodes[number].start(*self._options)

    def join(self) -> None:
        """Make the three one cluster."""
        for node in self.nodes:
            node.run("CREATE EXTENSION IF NOT EXISTS citus")
        self.rows("SELECT citus_set_coordinator_host('127.0.0.1', %s)", (self.nodes[0].port,))
        for node in self.nodes[1:]:
            self.rows("SELECT citus_add_node('127.0.0.1', %s)", (node.port,))

    def key(self, name: str) -> str:
        """Return a key of a new project, whose owner is called so, that no limit holds back."""
        account = f"{name}@example.com"
        ran = self.manage("createkey", account, "--create-account", "--rate-limit", NO_LIMIT)
        assert ran.returncode == 0, ran.stdout
        return ran.stdout.splitlines()[-1]

    def follow(self) -> None:
        """Keep, from now on, in which order each node commits."""
        ((self.followed_since,),) = self.rows("SELECT clock_timestamp()")
        for url in self.urls:
            with psycopg.connect(url, autocommit=True) as node:
                node.execute(
                    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                    " WHERE slot_name = %s",
                    (SLOT,),
                )
                node.execute(
                    "SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", (SLOT,)
                )

    def commits(self) -> list[dict[UUID, Commit]]:
        """Return of each node when it first committed which event, and stop following.

        A transaction that copies a shard commits many at once; what is passed on to a copy is
        committed in the order in which it was.
        """
        return [_commits(url) for url in self.urls]

    def users_of(self, number: int) -> set[str]:
        """Return whose rows this node has, of those who have a memory."""
        port = self.nodes[number].port
        return {user for (user,) in self.rows(USERS_OF, (port,))}


def _commits(url: str) -> dict[UUID, Commit]:
    found: dict[UUID, Commit] = {}
    with psycopg.connect(url, autocommit=True) as node:
        started: list[UUID] = []
        with node.transaction(), node.cursor(name="changes") as cursor:
            cursor.itersize = 5000
            cursor.execute(
                "SELECT lsn - '0/0', data FROM pg_logical_slot_peek_changes(%s, NULL, NULL,"
                " 'include-timestamp', '0', 'skip-empty-xacts', '1')",
                (SLOT,),
            )
            for number, (lsn, data) in enumerate(cursor):
                if data.startswith("COMMIT"):
                    for event in started:
                        found.setdefault(event, Commit(int(lsn), number))
                    started = []
                elif match := EVENT.match(data):
                    started.append(UUID(match[1]))
        node.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
    return found


@contextmanager
def own_cluster() -> Iterator[OwnCluster]:
    """Make three servers that can be a cluster; skip where the programs for it are not here."""
    found = shutil.which("initdb")
    if found is None:
        pytest.skip("needs PostgreSQL's programs: initdb is not there")
    binaries = Path(found).resolve().parent
    options = _options(binaries)
    with ExitStack() as stack:
        nodes = []
        for _ in range(3):
            folder = Path(tempfile.mkdtemp(prefix="memory-scope-citus-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            shutil.chown(folder, "postgres")
            node = OwnPostgres(folder, binaries)
            node.make()
            node.start(*options)
            stack.callback(node.stop)
            nodes.append(node)
        yield OwnCluster(nodes, options)


def _options(binaries: Path) -> tuple[str, ...]:
    where = subprocess.run(
        [binaries / "pg_config", "--pkglibdir"], capture_output=True, text=True, check=False
    )
    if not (Path(where.stdout.strip()) / "citus.so").exists():
        pytest.skip("needs Citus beside PostgreSQL's programs here: citus.so is not there")
    described = subprocess.run(
        [binaries / "postgres", "--describe-config"],
        capture_output=True,
        text=True,
        check=True,
        user="postgres",
    )
    if PLUGINS in described.stdout:  # newer minor versions name who may decode
        return (*OPTIONS, f"{PLUGINS}=pgoutput, test_decoding, citus")
    return OPTIONS
