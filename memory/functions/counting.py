"""Locks a count of what a project keeps, whose parts lie beside the end users they count."""

from __future__ import annotations

from memory import tallies
from memory.functions.parts import Function, named
from memory.places import PLACES, SHARDS

THIS_PART = named(
    tallies.OF_PART, ("of_project", "of_environment", "of_kind", "number - 1", "places[number]")
)
# Of all end users of a project: it runs where it is called. All parts appear at once, but between
# two of these statements too: who then took the rest would ask for the first ones out of turn.
LOCK_PARTS = Function(
    "memory_lock_tallies",
    ("of_project uuid", "of_environment text", "of_kind text"),
    "TABLE (part integer, in_use bigint, is_settled_at timestamptz)",
    f"""    DECLARE
        places uuid[] := '{{{",".join(map(str, PLACES))}}}';
    BEGIN
        FOR number IN 1..{SHARDS} LOOP
            SELECT shard, used, settled_at INTO part, in_use, is_settled_at FROM memory_tally
            WHERE {THIS_PART}
            FOR UPDATE;
            EXIT WHEN NOT FOUND;
            RETURN NEXT;
        END LOOP;
    END""",  # noqa: S608 - constants of ours
)
