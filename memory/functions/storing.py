"""What a store is: in its partition and its project there is room, or nothing is written."""

from __future__ import annotations

from memory import ceilings, locks, statements
from memory.functions.parts import (
    ANSWER,
    CROWDED,
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
    take_off,
    takes,
)
from memory.statements import AnswerRow

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

FIND_ANSWER = named(statements.FIND_ANSWER, ("subject", "a_project_id", "a_environment", "a_key"))
CLAIM = named(locks.CLAIM, ("lock_number", "subject"))
STORED, KEPT, BUSY = "stored", "kept", "busy"
STORE_ONCE = Function(
    "memory_store_once",
    (
        "subject uuid",
        "lock_number bigint",
        *LIMITS,
        "most_keys bigint",
        *takes(*STORES),
        *takes(ANSWER, AnswerRow),
        *takes(*RECORDS),
    ),
    "TABLE (outcome text, kept_digest bytea, kept_answer text)",
    f"""{DECLARE_ROOM}
        kept record;
    BEGIN{LEVEL}
        outcome := '{CROWDED}';
        IF NOT ({CLAIM}) THEN
            outcome := '{BUSY}';
            RETURN NEXT;
            RETURN;
        END IF;
        SELECT * INTO kept FROM ({FIND_ANSWER}) AS found;
        IF FOUND THEN
            IF kept.expires_at > m_created_at THEN
                outcome := '{KEPT}';
                kept_digest := kept.request_digest;
                kept_answer := kept.answer;
            END IF;
            RETURN NEXT;
            RETURN;
        END IF;{ROOM.format(crowded="RETURN NEXT; RETURN;")}
        {count(ANSWER, "idempotency_keys", "most_keys")};
        IF NOT FOUND THEN
            {take_off("1", MEMORY, "memories")};
            RETURN NEXT;
            RETURN;
        END IF;
        {INSERT_MEMORY};
        {INSERT_EVENT};
        {insert(statements.KEEP_ANSWER, ANSWER, AnswerRow)};
        outcome := '{STORED}';
        RETURN NEXT;
    END""",  # noqa: S608 - constants of ours
)
