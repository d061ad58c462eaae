"""The steps until each function of the service is on each node, and runs where it should."""

from __future__ import annotations

from django.db import connection

from config.spreading import cluster
from config.spreading.cluster import Function
from config.spreading.layout import leader_of
from config.spreading.steps import Step, step
from config.spreading.tables import ARGUMENT, LEADER
from foundation import sql


def delegating() -> list[Step]:
    """Return the steps until each function is on each node, and hot ones run where their user is.

    Those of triggers come to the nodes with their tables.
    """
    leader = leader_of(cluster.tables())
    group = None if leader is None else leader.group
    unlike = cluster.unlike()
    steps = []
    for one in cluster.functions():
        if one.is_hot and (not one.is_delegated(group) or one.signature in unlike):
            steps.append(_delegated(one))
        elif not one.is_everywhere:
            steps.append(_copied(one))
        elif one.signature in unlike:
            steps.append(_made_again(one))
    return steps


def _delegated(one: Function) -> Step:
    return step(
        f"Let {one.name} run where its end user's rows are",
        f"{one.name} runs where its end user's rows are.",
        "SELECT create_distributed_function(%s::oid::regprocedure, %s, %s)",
        one.oid,
        ARGUMENT,
        LEADER,
    )


def _copied(one: Function) -> Step:
    return step(
        f"Put {one.name} on each node",
        f"{one.name} is on each node.",
        "SELECT create_distributed_function(%s::oid::regprocedure)",
        one.oid,
    )


def _made_again(one: Function) -> Step:
    """Return the step that gives each node this one's text: Citus passes on what it is told here.

    Asked to distribute a function that it knows, it does nothing.
    """

    def run() -> None:
        ((text,),) = sql.rows("SELECT pg_get_functiondef(%s::oid)", (one.oid,))
        with connection.cursor() as cursor:
            cursor.execute(text)

    return Step(
        f"Make {one.name} the same on each node",
        f"{one.name} is the same on each node.",
        run,
    )
