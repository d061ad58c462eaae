"""The steps until each table is where it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from config.spreading import cluster, numbering
from config.spreading.cluster import Kept
from config.spreading.layout import kind_of, leader_of, leading, wrongly_spread
from config.spreading.steps import Otherwise, Step, Wanted
from config.spreading.tables import (
    ALONE,
    LEADER,
    LOCAL,
    MOST_SHARDS,
    NEEDED_BESIDE,
    OF_UPGRADES,
    REFERENCE,
    SPREAD,
)
from foundation.migrating import LOCK_TIMEOUT

ATTEMPTS = 10
HOLDS_SHARDS = (
    "This node is to hold shards, and Citus never comes to an end of --online where one of their"
    " rows is changed meanwhile. Leave --online out: writes to each table wait until it is spread."
    " Or let other nodes hold all shards: --node."
)


def spreading(wanted: Wanted) -> list[Step]:
    """Return the steps until all tables are where they should be. Raises Otherwise."""
    kept = cluster.tables()
    shards = shards_of(wanted, kept)
    unspread = [table for table in SPREAD if _is_to_spread(table, SPREAD[table], kept)]
    if unspread and wanted.online and _is_to_hold_shards(wanted):
        raise Otherwise(HOLDS_SHARDS)
    steps = [_reference(table) for table in NEEDED_BESIDE if kind_of(table, kept) != "reference"]
    steps += [_dropped(trigger) for trigger in cluster.triggers(OF_UPGRADES)]
    steps += [_spread(table, SPREAD[table], shards, online=wanted.online) for table in unspread]
    there = [table for table in SPREAD if kind_of(table, kept) == "spread"]
    steps += [emptying(table) for table in cluster.left_outside(there)]
    if wanted.any_node:
        steps += [_reference(table) for table in REFERENCE if kind_of(table, kept) != "reference"]
        steps += [_found(table) for table in LOCAL if table not in kept]
    return steps


def _is_to_hold_shards(wanted: Wanted) -> bool:
    """Say whether this node holds shards, or will as the only one.

    Citus makes the keys of new shards after it began to decode what changes; it looks them up as
    they were then, and so cannot pass on an UPDATE to a shard on the node that it came from.
    """
    holding = [node.group for node in cluster.nodes() if node.holds_shards]
    return 0 in holding or not (holding or wanted.nodes)


def shards_of(wanted: Wanted, kept: Mapping[str, Kept]) -> int:
    """Return over how many shards tables are spread. Raises Otherwise if they are over others."""
    leader = leader_of(kept)
    if leader is None:
        return wanted.shards or MOST_SHARDS
    there = leader.shards
    if wanted.shards not in (None, there):
        raise Otherwise(
            f"{LEADER} has {there} shards, not {wanted.shards}: leave --shards out, or see"
            " docs/scale.md for how their number is changed."
        )
    return there


def _is_to_spread(table: str, column: str, kept: Mapping[str, Kept]) -> bool:
    wrong = wrongly_spread(table, column, kept)
    if wrong:
        raise Otherwise(
            f"{wrong}. Take it back with SELECT undistribute_table('{table}'), while the service"
            " stands still, and run this command again."
        )
    return kind_of(table, kept) != "spread"


def _spread(table: str, column: str, shards: int, *, online: bool) -> Step:
    function = "create_distributed_table_concurrently" if online else "create_distributed_table"
    statement = f"SELECT {function}(%s, %s, colocate_with => %s)"

    def spread() -> None:
        leader = None if table in ALONE else leading(cluster.tables())
        with nullcontext() if online else transaction.atomic(), connection.cursor() as cursor:
            # The record's triggers are about their row alone, so they are right on a shard.
            cursor.execute("SET citus.enable_unsafe_triggers = on")
            cursor.execute("SELECT set_config('citus.shard_count', %s, false)", (str(shards),))
            if not online:
                # Who has locked an end user where the table was has then done what it did.
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            cursor.execute(statement, (table, column, leader or "none"))

    def run() -> None:
        _until_undisturbed(spread)
        if table in cluster.left_outside([table]):
            _empty(table)

    how = "beside traffic" if online else "while writes to it wait"
    return Step(
        f"Spread {table} by {column} over {shards} shards, {how}",
        f"{table} is spread by {column}.",
        run,
    )


def emptying(table: str) -> Step:
    return Step(
        f"Remove the rows that {table} holds outside of its shards too",
        f"{table} holds nothing outside of its shards.",
        lambda: _empty(table),
    )


def _until_undisturbed(act: Callable[[], None]) -> None:
    """Act again if it and a request waited for each other: what it did is undone by then."""
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            act()
        except OperationalError as error:
            if not (attempts_left and isinstance(error.__cause__, DeadlockDetected)):
                raise
        else:
            return


def _empty(table: str) -> None:
    _until_undisturbed(lambda: _empty_at_once(table))


def _empty_at_once(table: str) -> None:
    """Remove what a table still holds where it was before it was spread.

    Nobody can see it, but it is on the disk, and no erasure would find it. The record refuses to be
    truncated: its triggers are off on this node for this transaction, which nobody else sees.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL citus.enable_unsafe_triggers = on")
        cursor.execute("SET LOCAL citus.enable_ddl_propagation = off")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SELECT truncate_local_data_after_distributing_table(%s)", (table,))
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _reference(table: str) -> Step:
    """Return the step for a table on each node; as it is found from each first, no rows are left.

    Tables that point to it are found from each node then, too.
    """

    def run() -> None:
        with connection.cursor() as cursor:
            if table not in cluster.tables():
                cursor.execute("SELECT citus_add_local_table_to_metadata(%s, true)", (table,))
            if not cluster.has_primary_key(table):  # by which a copy for a new node follows it
                cursor.execute(f"ALTER TABLE {table} REPLICA IDENTITY FULL")
            cursor.execute("SELECT create_reference_table(%s)", (table,))
        numbering.go_on()

    return Step(f"Put {table} whole on each node", f"{table} is on each node.", run)


def _dropped(trigger: str) -> Step:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET citus.enable_unsafe_triggers = on")
            cursor.execute(f"DROP TRIGGER {trigger} ON {OF_UPGRADES[trigger]}")
            cursor.execute(f"DROP FUNCTION {trigger}()")

    return Step(
        f"Drop the trigger {trigger}, which is for processes of the version before",
        f"The trigger {trigger} is dropped.",
        run,
    )


def _found(table: str) -> Step:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT citus_add_local_table_to_metadata(%s)", (table,))
        numbering.go_on()

    return Step(f"Let {table} be found from each node", f"{table} is found from each node.", run)
