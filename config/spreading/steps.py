"""What is done to a cluster, a step at a time; first of all, how its nodes come together.

Each step looks at what is there before it is offered, so that a run which was stopped goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import connection

from config.spreading import cluster
from config.spreading.cluster import Node
from config.spreading.tables import SETTINGS

LOCAL_HOST = "localhost"


class Address(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Wanted(NamedTuple):
    """What the operator asked for. `here` is how other nodes reach this one."""

    here: Address
    nodes: Sequence[Address]
    shards: int | None
    online: bool
    any_node: bool


class Step(NamedTuple):
    """One thing to do: as it is asked for, as it is told once it is done, and what does it."""

    will: str
    done: str
    run: Callable[[], None]


class Otherwise(Exception):
    """A table is spread in another way than the service needs; the message says how."""


def step(will: str, done: str, statement: str, *values: str | int) -> Step:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return Step(will, done, run)


def joining(wanted: Wanted) -> list[Step]:
    """Return the steps until the extension is there and some node holds shards."""
    steps = []
    if not cluster.has_extension():
        steps.append(
            step(
                "Create the extension citus in this database",
                "The extension citus is there.",
                "CREATE EXTENSION IF NOT EXISTS citus",
            )
        )
    there = cluster.nodes()
    new = [node for node in wanted.nodes if not _is_joined(node, there)]
    first = next((node for node in there if node.group == 0), None)
    if first is None or (new and first.host == LOCAL_HOST and wanted.here.host != LOCAL_HOST):
        steps.append(
            step(
                f"Call this node {wanted.here}",
                f"This node is called {wanted.here}.",
                "SELECT citus_set_coordinator_host(%s, %s)",
                *wanted.here,
            )
        )
    steps += [
        step(
            f"Join node {node}",
            f"Node {node} has joined.",
            "SELECT citus_add_node(%s, %s)",
            *node,
        )
        for node in new
    ]
    if not new and not any(node.holds_shards for node in there):
        steps.append(
            step(
                "Let this node hold the shards, as it is the only one",
                "This node holds the shards.",
                "SELECT citus_set_node_property(nodename, nodeport, 'shouldhaveshards', true)"
                " FROM pg_dist_node WHERE groupid = 0",
            )
        )
    return steps


def setting() -> list[Step]:
    """Return the steps until what a spread database needs holds for each new session."""
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    return [
        step(
            f"Set {name} = {SETTINGS[name]} for this database",
            f"{name} is {SETTINGS[name]}.",
            f"ALTER DATABASE {database} SET {name} = '{SETTINGS[name]}'",
        )
        for name in cluster.settings_missing()
    ]


def _is_joined(node: Address, there: Sequence[Node]) -> bool:
    return any((one.host, one.port) == node for one in there)
