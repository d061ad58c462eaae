"""Reads how a database is spread: its nodes, its tables, its functions. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from config.spreading.tables import FUNCTIONS, LEADER, SETTINGS
from foundation import sql

# Everything of ours stands in the schema that the service's role writes to.
FIND_TABLES = """
    SELECT c.relname, p.partmethod::text, p.repmodel::text,
           column_to_column_name(p.logicalrelid, p.partkey), p.colocationid,
           (SELECT count(*) FROM pg_dist_shard s WHERE s.logicalrelid = p.logicalrelid)
    FROM pg_dist_partition p
    JOIN pg_class c ON c.oid = p.logicalrelid
    WHERE c.relnamespace = current_schema()::regnamespace
"""
FIND_NODES = """
    SELECT nodeid, nodename, nodeport, groupid, shouldhaveshards, isactive AND metadatasynced
    FROM pg_dist_node WHERE noderole = 'primary' ORDER BY groupid
"""
# Of an extension's functions none is ours.
FIND_FUNCTIONS = """
    SELECT p.oid, p.proname, p.oid::regprocedure::text,
           ARRAY(SELECT one::regtype::text FROM unnest(p.proargtypes) AS one), {marks}
    FROM pg_proc p {noted}
    WHERE p.pronamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                      AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY p.oid::regprocedure::text
"""
NOTED = FIND_FUNCTIONS.format(
    marks="o.objid IS NOT NULL, o.distribution_argument_index, o.colocationid",
    noted="LEFT JOIN pg_dist_object o ON o.classid = 'pg_proc'::regclass AND o.objid = p.oid",
)
NOT_NOTED = FIND_FUNCTIONS.format(marks="false, NULL, NULL", noted="")
# Not of pg_settings, which keeps some of them to itself.
SHOWN = ", ".join(f"'{name}', current_setting('{name}', true)" for name in SETTINGS)
SHOW_SETTINGS = f"SELECT json_build_object({SHOWN})::text"
# Enough to meet each of the shards.
FIND_ELSEWHERE = """
    SELECT one FROM (SELECT lpad(to_hex(n), 32, '0')::uuid AS one
                     FROM generate_series(1, 1000) AS n) AS many
    WHERE get_shard_id_for_distribution_column(%s::regclass, one) IN (
        SELECT shardid FROM pg_dist_placement
        WHERE groupid NOT IN (SELECT groupid FROM pg_dist_local_group))
    LIMIT 1
"""
TEXTS = """
    SELECT json_object_agg(p.oid::regprocedure::text, md5(pg_get_functiondef(p.oid)))::text
    FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND p.prokind = 'f'
"""


class Node(NamedTuple):
    """A node that takes statements. Group 0 is the first one, which leads the others."""

    id: int
    host: str
    port: int
    group: int
    holds_shards: bool
    works: bool

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


class Kept(NamedTuple):
    """How a table is kept: `kind` is spread, reference (whole on each node) or local."""

    kind: str
    column: str | None = None
    group: int = 0
    shards: int = 1


class Function(NamedTuple):
    oid: int
    name: str
    signature: str
    types: list[str]
    is_everywhere: bool
    argument: int | None  # from 0: whose value says on which node it runs
    group: int | None

    @property
    def is_hot(self) -> bool:
        return self.name in FUNCTIONS

    def is_delegated(self, group: int | None) -> bool:
        """Say whether it runs where the rows of that group of tables are."""
        return group is not None and self.argument == 0 and self.group == group


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def has_extension() -> bool:
    """Say whether this database is one of Citus."""
    return is_postgresql() and bool(
        sql.rows("SELECT 1 FROM pg_extension WHERE extname = 'citus'", ())
    )


def nodes() -> list[Node]:
    """Return the nodes that were joined, the first one before all; none without the extension."""
    return [Node(*row) for row in sql.rows(FIND_NODES, ())] if has_extension() else []


def tables() -> dict[str, Kept]:
    """Return how each table is kept that the cluster knows; an ordinary table is not there."""
    if not has_extension():
        return {}
    found = sql.rows(FIND_TABLES, ())
    return {
        name: Kept(_kind(method, model, group), column, group, shards)
        for name, method, model, column, group, shards in found
    }


def _kind(method: str, model: str, group: int) -> str:
    if method == "h":
        return "spread"
    if method == "n" and model == "t":
        return "reference"
    return "local" if method == "n" and not group else "otherwise"


def left_outside(tables: Sequence[str]) -> list[str]:
    """Return which of these tables, all in the cluster, take room of the disk outside of shards."""
    found = sql.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        " AND relname = ANY (%s) AND pg_relation_size(oid) > 0",
        (list(tables),),
    )
    return [table for (table,) in found]


def settings_missing() -> dict[str, list[str]]:
    """Return which of SETTINGS do not hold, and on which nodes a new session shows it."""
    if not nodes():
        return {name: ["here"] for name in SETTINGS}
    said = said_by_each(SHOW_SETTINGS)
    values = {address: json.loads(answer) for address, answer in said.items() if answer}
    found = {
        name: [address for address, has in values.items() if has.get(name) != wanted]
        for name, wanted in SETTINGS.items()
    }
    return {name: addresses for name, addresses in found.items() if addresses}


def triggers(names: Iterable[str]) -> list[str]:
    """Return which of these triggers there are, by name."""
    found = sql.rows(
        "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND tgname = ANY (%s)"
        " ORDER BY tgname",
        (list(names),),
    )
    return [name for (name,) in found]


def has_primary_key(table: str) -> bool:
    statement = "SELECT 1 FROM pg_index WHERE indrelid = %s::regclass AND indisprimary"
    return bool(sql.rows(statement, (table,)))


def functions() -> list[Function]:
    """Return the service's functions, those of its triggers too."""
    statement = NOTED if has_extension() else NOT_NOTED
    return [Function(*row) for row in sql.rows(statement, ())]


def unlike() -> dict[str, list[str]]:
    """Return the functions that some nodes lack or have otherwise, with these nodes' addresses.

    They are named by their signatures; what is compared is the first node's text.
    """
    if not has_extension():
        return {}
    said = {address: json.loads(text) for address, text in said_by_each(TEXTS).items() if text}
    ours = [one.signature for one in functions()]
    first: dict[str, str] = next(iter(said.values()), {})
    found = {
        name: [address for address, texts in said.items() if texts.get(name) != first.get(name)]
        for name in ours
    }
    return {name: addresses for name, addresses in found.items() if addresses}


def said_by_each(question: str) -> dict[str, str | None]:
    """Return what each node answers to a statement of ours; None for one that does not answer."""
    found = sql.rows("SELECT * FROM run_command_on_all_nodes(%s)", (question,))
    answers = {node: result if success else None for node, success, result in found}
    return {node.address: answers.get(node.id) for node in nodes()}


def is_first() -> bool:
    """Say whether this is the node that leads the others; a database of its own is."""
    return not has_extension() or sql.rows("SELECT groupid FROM pg_dist_local_group", ()) == [(0,)]


def somebody_elsewhere() -> UUID | None:
    """Return a pseudonym whose rows would lie on another node; None where all lie on this one."""
    found = sql.rows(FIND_ELSEWHERE, (LEADER,))
    return sql.as_uuid(found[0][0]) if found else None


def port() -> int:
    """Return the port on which this server listens."""
    ((number,),) = sql.rows("SELECT current_setting('port')::int", ())
    return int(number)
