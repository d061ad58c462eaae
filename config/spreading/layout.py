"""Tells from how the tables are kept what is right, what is still to do and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from config.spreading.cluster import Kept
from config.spreading.tables import ALONE, LEADER


def kind_of(table: str, kept: Mapping[str, Kept]) -> str:
    return kept[table].kind if table in kept else "ordinary"


def leader_of(kept: Mapping[str, Kept]) -> Kept | None:
    """Return how the table is spread beside which others lie; None while it is not."""
    return kept[LEADER] if kind_of(LEADER, kept) == "spread" else None


def wrongly_spread(table: str, column: str, kept: Mapping[str, Kept]) -> str | None:
    """Say what is wrong with a table that is in the cluster; None if it is right, or not in it."""
    there = kept.get(table)
    if there is None or there.kind == "local":  # a stopped online run leaves it so, as it was
        return None
    if there.kind != "spread":
        return f"{table} is no spread table but of the kind '{there.kind}'"
    if there.column != column:
        return f"{table} is spread by {there.column}, not by {column}"
    if table in ALONE or table == LEADER:
        return None
    leader = leader_of(kept)
    if leader is None or there.group != leader.group:
        return f"{table} is spread by {column}, but does not lie beside {LEADER}"
    return None
