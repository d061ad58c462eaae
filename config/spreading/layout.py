"""Tells from how the tables are kept what is right, what is still to do and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from config.spreading.cluster import Kept
from config.spreading.tables import ALONE, SPREAD


def kind_of(table: str, kept: Mapping[str, Kept]) -> str:
    return kept[table].kind if table in kept else "ordinary"


def leader_of(kept: Mapping[str, Kept]) -> Kept | None:
    """Return how the first table is spread beside which others lie; None while none is."""
    leader = leading(kept)
    return None if leader is None else kept[leader]


def leading(kept: Mapping[str, Kept]) -> str | None:
    """Name the first table that is spread; the others lie beside it."""
    together = (table for table in SPREAD if table not in ALONE)
    return next((table for table in together if kind_of(table, kept) == "spread"), None)


def wrongly_spread(table: str, column: str, kept: Mapping[str, Kept]) -> str | None:
    """Say what is wrong with a table that is in the cluster; None if it is right, or not in it."""
    there = kept.get(table)
    if there is None or there.kind == "local":  # a stopped online run leaves it so, as it was
        return None
    if there.kind != "spread":
        return f"{table} is no spread table but of the kind '{there.kind}'"
    if there.column != column:
        return f"{table} is spread by {there.column}, not by {column}"
    leader = leading(kept)
    if table in ALONE or leader is None or there.group == kept[leader].group:
        return None
    return f"{table} is spread by {column}, but does not lie beside {leader}"
