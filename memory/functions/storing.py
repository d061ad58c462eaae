"""What a store is: in its partition and its project there is room, or nothing is written."""

from __future__ import annotations

from memory import ceilings, statements
from memory.functions.parts import (
    INSERT_EVENT,
    LEVEL,
    MEMORY,
    PART,
    RECORDS,
    STORES,
    Function,
    count,
    insert,
    named,
    performed,
    takes,
)

PARTITION = tuple(f"{MEMORY}_{name}" for name in ("subject_id", "scope", "domain"))
TAKE_TURN = performed(ceilings.TAKE_TURN, ("subject", *PARTITION, "subject"))
HELD = named(
    ceilings.HELD.format(bytes=statements.BYTES["postgresql"]), (*PARTITION, "m_created_at")
)
ROOM = f"""
        {TAKE_TURN};
        SELECT * INTO held_memories, held_bytes FROM ({HELD}) AS held;
        IF held_memories >= most_memories
            OR held_bytes + octet_length(m_value_json) > most_bytes
        THEN
            {{crowded}}
        END IF;
        {count(MEMORY, "memories", "most_of_project")};
        IF NOT FOUND THEN
            {{crowded}}
        END IF;"""  # noqa: S608 - constants of ours
DECLARE_ROOM = f"""    DECLARE
        held_memories bigint;
        held_bytes bigint;{PART}"""
LIMITS = ("most_memories bigint", "most_bytes bigint", "most_of_project bigint")

INSERT_MEMORY = insert(statements.INSERT_MEMORY, *STORES)
STORE = Function(
    "memory_store",
    ("subject uuid", *LIMITS, *takes(*STORES), *takes(*RECORDS)),
    "boolean",
    f"""{DECLARE_ROOM}
    BEGIN{LEVEL}{ROOM.format(crowded="RETURN false;")}
        {INSERT_MEMORY};
        {INSERT_EVENT};
        RETURN true;
    END""",
)
