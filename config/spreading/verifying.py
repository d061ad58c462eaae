"""Holds a spread database against what the service needs of it. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from apikeys.authentication import FIND_PRINCIPAL
from config.spreading import cluster, layout, server
from config.spreading.cluster import Function, Kept
from config.spreading.statements import AT, DIGEST, HOT
from config.spreading.tables import (
    FUNCTIONS,
    LEADER,
    LOCAL,
    NEEDED_BESIDE,
    OF_UPGRADES,
    REFERENCE,
    SETTINGS,
    SPREAD,
)
from foundation import sql

AUTHENTICATION = (DIGEST, AT, AT, AT, AT)


class Found(NamedTuple):
    """What is as it should be, and what is not, a sentence each."""

    right: list[str]
    wrong: list[str]


def is_spread() -> bool:
    """Say whether any of the tables is spread."""
    kept = cluster.tables()
    return any(layout.kind_of(table, kept) == "spread" for table in SPREAD)


def found() -> Found:
    """Look at nodes, tables, functions and the plans of what requests ask."""
    kept = cluster.tables()
    any_node = serves_any_node(kept)
    there = cluster.nodes()
    holding = sum(node.holds_shards for node in there)
    wrong = server.lacking_on_nodes(long_copies=False)
    of_tables = list(_wrong_tables(kept, any_node=any_node))
    if wrong or of_tables:  # without these no plan is worth looking at
        return Found([], wrong + of_tables)
    right = [
        f"{len(SPREAD)} tables are spread over {kept[LEADER].shards} shards on {_nodes(holding)}."
    ]
    if any_node:
        right.append(f"Any of {_nodes(len(there))} may be asked.")
    for look in (_functions, _statements, _authentication):
        more = look()
        right += more.right
        wrong += more.wrong
    return Found(right, wrong)


def serves_any_node(kept: dict[str, Kept]) -> bool:
    """Say whether it was once spread so that any node may be asked."""
    return any(layout.kind_of(table, kept) == "reference" for table in REFERENCE)


def _nodes(number: int) -> str:
    return "1 node" if number == 1 else f"{number} nodes"


def _wrong_tables(kept: dict[str, Kept], *, any_node: bool) -> Iterator[str]:
    for table, column in SPREAD.items():
        wrong = layout.wrongly_spread(table, column, kept)
        if wrong:
            yield f"{wrong}: undistribute_table('{table}') comes first."
        elif layout.kind_of(table, kept) != "spread":
            yield f"{table} is not spread."
    for name, addresses in cluster.settings_missing().items():
        yield f"{name} is not {SETTINGS[name]} on {', '.join(addresses)}."
    for trigger in cluster.triggers(OF_UPGRADES):
        yield f"{trigger} is a trigger for processes of the version before, and is still there."
    for table in (*NEEDED_BESIDE, *(REFERENCE if any_node else ())):
        if layout.kind_of(table, kept) != "reference":
            yield f"{table} is not on each node."
    there = [table for table in (*SPREAD, *NEEDED_BESIDE, *REFERENCE) if table in kept]
    for table in cluster.left_outside(there):
        yield f"{table} holds rows outside of its shards, which no erasure would find."
    if any_node:
        for table in LOCAL:
            if table not in kept:
                yield f"{table} is not found from each node: --any-node."


def _functions() -> Found:
    group = cluster.tables()[LEADER].group
    there = cluster.functions()
    somebody = cluster.somebody_elsewhere()
    unlike = cluster.unlike()
    wrong = [
        f"{one.name} is not the same on {', '.join(unlike[one.signature])}."
        for one in there
        if one.signature in unlike
    ]
    right = []
    for name in FUNCTIONS:
        named = [one for one in there if one.name == name]
        if not named:
            right.append(f"{name} is not in this version: nothing to look at.")
        strays = [one for one in named if not _runs_elsewhere(one, group, somebody)]
        wrong += [f"{one.name} does not run where its end user's rows are." for one in strays]
        if named and not strays:
            right.append(f"{name} runs where its end user's rows are.")
    return Found(right, wrong)


def _statements() -> Found:
    wrong = []
    for name, text, values in HOT:
        tasks = tasks_of(text, values)
        if tasks != 1:
            wrong.append(f"{_capital(name)} concerns {tasks} shards, not one.")
    return Found([] if wrong else [f"{len(HOT)} statements concern one shard each."], wrong)


def _authentication() -> Found:
    tasks = tasks_of(FIND_PRINCIPAL, AUTHENTICATION)
    if tasks <= 1:
        return Found(["Authentication asks the node that was asked, and no other."], [])
    return Found([], [f"Authentication concerns {tasks} shards."])


def tasks_of(statement: str, values: Sequence[Any]) -> int:
    """Return how many shards the statement concerns, by its plan; 0 where it asks no other node.

    It is not run.
    """
    ((plan,),) = sql.rows(f"EXPLAIN (FORMAT JSON, COSTS OFF) {statement}", values)
    plans: Any = json.loads(plan) if isinstance(plan, str) else plan
    return sum(job["Task Count"] for job in _jobs(plans))


def _runs_elsewhere(one: Function, group: int, somebody: UUID | None) -> bool:
    """Say whether the function runs where its end user's rows are, by the plan of a call too.

    About somebody whose rows are on this node it runs here, and its plan tells nothing.
    """
    return one.is_delegated(group) and (somebody is None or tasks_of_call(one, somebody) == 1)


def tasks_of_call(one: Function, subject: UUID) -> int:
    """Return how many shards a call of the function concerns; 0 where it runs on this node."""
    nothing = ", ".join(f"NULL::{type_}" for type_ in one.types[1:])
    call = f"SELECT {one.name}({', '.join(filter(None, ['%s::uuid', nothing]))})"
    return tasks_of(call, (subject,))


def _jobs(part: Any) -> Iterator[dict[str, Any]]:
    """Yield the jobs of a plan in JSON, wherever they stand in it."""
    if isinstance(part, dict):
        if "Job" in part:
            yield part["Job"]
        else:
            for inner in part.values():
                yield from _jobs(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _jobs(inner)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
