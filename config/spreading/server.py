"""What a database lacks before it can be spread, each with its value and how it is set."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.spreading import cluster
from foundation import sql

RESTART = "and restart the server"
RELOAD = "and reload the server"


class Setting(NamedTuple):
    """A setting of PostgreSQL that every node needs."""

    name: str
    wanted: str
    is_right: Callable[[str], bool]
    then: str
    why: str
    # Some servers have no such setting; and what a role may not see is not judged.
    says_client: bool = False  # the service's own connections say it, so only other nodes tell


SETTINGS = (
    Setting(
        "shared_preload_libraries",
        "citus, before all others",
        lambda value: _words(value)[:1] == ["citus"],
        f"{RESTART}, which is the one downtime",
        "Citus is loaded with the server",
    ),
    Setting(
        "wal_level",
        "logical",
        lambda value: value == "logical",
        RESTART,
        "tables are spread and shards are moved beside traffic by logical replication",
    ),
    Setting(
        "max_prepared_transactions",
        "more than 0, such as twice max_connections",
        lambda value: int(value) > 0,
        RESTART,
        "what writes on several nodes is committed in two steps",
    ),
    Setting(
        "max_worker_processes",
        "32 or more",
        lambda value: int(value) >= 32,
        RESTART,
        "with too few a table that is spread beside traffic waits for ever",
    ),
    Setting(
        "output_plugin_libraries",
        "a list with citus",
        lambda value: "citus" in _words(value),
        RELOAD,
        "else the server refuses Citus's logical replication",
    ),
    Setting(
        "log_min_error_statement",
        "panic",
        lambda value: value == "panic",
        RELOAD,
        "nodes are sent statements with the values in them, and one that fails would be logged",
    ),
    Setting(
        "default_transaction_isolation",
        "read committed",
        lambda value: value == "read committed",
        RELOAD,
        "reads and revokes are ordered by it",
        says_client=True,
    ),
)
FIND_SETTINGS = """
    SELECT coalesce(json_object_agg(name, setting), '{{}}')::text
    FROM pg_settings WHERE name IN ({names})
"""
TIMEOUT = "statement_timeout"


def lacking() -> list[str]:
    """Return what must be changed before anything else is done, a sentence each."""
    if not cluster.is_postgresql():
        return ["This is SQLite: only PostgreSQL can be spread. Name one in DATABASE_URL."]
    lacks = []
    if settings.DATABASE_POOLER:
        lacks.append(
            "DATABASE_POOLER is on: for this command let DATABASE_URL name the server itself,"
            " not its pooler, and switch it off."
        )
    if elsewhere():
        return elsewhere()
    lacks += behind()
    lacks += lacking_in(_own_settings(), "")
    if not cluster.has_extension():
        lacks += _lacking_extension()
    return lacks


def lacking_on_nodes(*, long_copies: bool) -> list[str]:
    """Return what the nodes that were joined lack; with `long_copies` what would cut them too."""
    names = [*(one.name for one in SETTINGS), TIMEOUT]
    lacks = []
    answers = cluster.said_by_each(_settings_question(names))
    for address, answer in answers.items():
        if answer is None:
            lacks.append(f"Node {address} does not answer.")
            continue
        values: dict[str, str] = json.loads(answer)
        lacks += lacking_in(values, f" (node {address})")
        if long_copies and values.get(TIMEOUT, "0") != "0":
            lacks.append(
                f"statement_timeout is {values[TIMEOUT]} ms for this role, and copying a table"
                f" takes longer: use a role without it, as for migrate (node {address})."
            )
    lacks += [
        f"Node {node.address} is not active: SELECT citus_activate_node('{node.host}', {node.port})"
        for node in cluster.nodes()
        if not node.works
    ]
    return lacks


def elsewhere() -> list[str]:
    """Say so if this is not the node that leads the others."""
    if cluster.is_first():
        return []
    first = next(node.address for node in cluster.nodes())
    return [f"This is not the first node: let DATABASE_URL name {first}."]


def behind() -> list[str]:
    """Say so if the code has migrations that the database has not."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ["Migrations are pending: run 'manage.py migrate' first."]
    return []


def _own_settings() -> dict[str, str]:
    """Return this server's settings, without what only the service's connection says."""
    names = [one.name for one in SETTINGS if not one.says_client]
    ((answer,),) = sql.rows(_settings_question(names), ())
    values: dict[str, str] = json.loads(answer)
    return values


def _settings_question(names: list[str]) -> str:
    """Return a statement that answers with a JSON object; the names are constants of ours."""
    return FIND_SETTINGS.format(names=", ".join(f"'{name}'" for name in names))


def lacking_in(values: Mapping[str, str], where: str) -> list[str]:
    """Say of each setting that is wrong what it is, what it must be and how it is set."""
    return [
        f"{one.name} is {values[one.name] or 'empty'}; it must be {one.wanted}: {one.why}."
        f" Set it in postgresql.conf {one.then}{where}."
        for one in SETTINGS
        if one.name in values and not one.is_right(values[one.name])
    ]


def _lacking_extension() -> list[str]:
    if not sql.rows("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'", ()):
        return [
            "The extension citus is not installed on the server: install its package for this"
            " version of PostgreSQL (docs/scale.md)."
        ]
    ((may,),) = sql.rows("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", ())
    if not may:
        return [
            "The extension citus is not in this database, and this role may not make it: let a"
            " superuser run CREATE EXTENSION citus in it."
        ]
    return []


def _words(value: str) -> list[str]:
    return [word.strip().strip('"') for word in value.split(",") if word.strip()]
