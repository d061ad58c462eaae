"""What ends a read and a continuation: nothing is gone of what they saw, or nothing is written."""

from __future__ import annotations

from memory import locks, statements
from memory.functions.parts import (
    CROWDED,
    GRANT,
    INSERT_EVENT,
    KEEP_IDS,
    LEVEL,
    LISTS,
    PART,
    RECORDS,
    Function,
    count,
    insert,
    named,
    performed,
    takes,
)
from memory.statements import GrantRow

SHARE = performed(locks.SHARE, ("subject", "lock_number", "subject"))
INSERT_GRANT = insert(statements.INSERT_GRANT, GRANT, GrantRow)
IDS_SEEN = "ids uuid[] := ARRAY(SELECT jsonb_array_elements_text(seen)::uuid);"
SEES_ALL = f"""(
            SELECT count(*) FROM memory_memory
            WHERE id = ANY (ids) AND subject_id = subject AND {statements.TAKES_PART}
        ) = cardinality(ids)"""  # noqa: S608 - constants of ours
KEEP_LIST = f"""
        IF i_digest IS NOT NULL THEN
            {KEEP_IDS};
        END IF;"""

# The grant is written before the lock is taken, and goes again if the read was overtaken: rows that
# a transaction has written to do not move to another machine before it ends.
GRANTED, OVERTAKEN = "granted", "overtaken"
UNDO = "DELETE FROM memory_revocationgrant WHERE id = g_id AND subject_id = subject;"
GRANT_READ = Function(
    "memory_grant",
    (
        "subject uuid",
        "lock_number bigint",
        "seen jsonb",
        "most_of_project bigint",
        *takes(GRANT, GrantRow),
        *takes(*LISTS),
        *takes(*RECORDS),
    ),
    "text",
    f"""    DECLARE
        {IDS_SEEN}{PART}
    BEGIN{LEVEL}
        {INSERT_GRANT};
        {SHARE};
        IF NOT {SEES_ALL} THEN
            {UNDO}
            RETURN '{OVERTAKEN}';
        END IF;
        {count(GRANT, "grants", "most_of_project")};
        IF NOT FOUND THEN
            {UNDO}
            RETURN '{CROWDED}';
        END IF;{KEEP_LIST}
        {INSERT_EVENT};
        RETURN '{GRANTED}';
    END""",
)

IS_REVOKED = named(statements.IS_REVOKED, ("grant_id", "subject"))
# An event can not be taken back as a grant can, so that a continuation that was overtaken fails.
CONTINUE = Function(
    "memory_continue",
    (
        "subject uuid",
        "lock_number bigint",
        "seen jsonb",
        "grant_id uuid",
        *takes(*LISTS),
        *takes(*RECORDS),
    ),
    "boolean",
    f"""    DECLARE
        {IDS_SEEN}
    BEGIN{LEVEL}{KEEP_LIST}
        {INSERT_EVENT};
        {SHARE};
        IF ({IS_REVOKED}) IS DISTINCT FROM false OR NOT {SEES_ALL} THEN
            RAISE EXCEPTION 'a revoke came before this read was recorded'
                USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN true;
    END""",
)
