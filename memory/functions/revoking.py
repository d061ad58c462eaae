"""What a revoke is: of two that end the same grant, one hides what its partition holds."""

from __future__ import annotations

from accounts import audit
from memory import holdings, locks, statements
from memory.functions.parts import (
    EVENT,
    LEVEL,
    LISTS,
    PART,
    RECORDS,
    Function,
    insert,
    named,
    performed,
    take_off,
    takes,
)

EXCLUDE = performed(locks.EXCLUDE, ("subject", "lock_number", "subject"))
HIDE = named(statements.HIDE_PARTITION, ("at", "subject", "e_scope", "partition_domain"))
CLOSE = named(statements.CLOSE_GRANT, ("at", "grant_id", "subject", "at"))
LEFT = named(
    f"{holdings.COUNT_LIVE} AND scope = %s AND domain = %s",
    ("subject", "at", "e_scope", "partition_domain"),
)
KEEP_HIDDEN = insert(
    audit.KEEP_IDS,
    *LISTS,
    app_id="e_app_id",
    subject_id="subject",
    day="(at AT TIME ZONE 'UTC')::date",
    digest="digest",
    ids="packed",
)
# As audit.shortened makes an event about many memories, and the list of them.
SHORTENED = f"""
        IF cardinality(hidden) > {audit.MOST_IDS} THEN
            SELECT array_agg(id ORDER BY id), string_agg(uuid_send(id), '' ORDER BY id),
                sha256(convert_to(string_agg(id || E'\n', '' ORDER BY id), 'UTF8'))
            INTO ids, packed, digest FROM unnest(hidden) AS id;
            meta := e_meta || jsonb_build_object(
                'memory_count', cardinality(ids), 'memory_ids_sha256', encode(digest, 'hex'));
            {KEEP_HIDDEN};
            ids := ids[:{audit.MOST_IDS}];
        END IF;"""  # noqa: S608 - constants of ours
REVOKE = Function(
    "memory_revoke",
    (
        "subject uuid",
        "lock_number bigint",
        "grant_id uuid",
        "partition_domain text",
        "at timestamptz",
        *takes(*RECORDS),
    ),
    "TABLE (hidden uuid[], lived integer, remaining bigint)",
    f"""    DECLARE
        one record;
        ids uuid[];
        packed bytea;
        digest bytea;
        meta jsonb := e_meta;{PART}
    BEGIN{LEVEL}
        {EXCLUDE};
        {CLOSE};
        IF NOT FOUND THEN
            RETURN;
        END IF;
        -- Should the rows have moved to another machine meanwhile: now they stay.
        {EXCLUDE};
        hidden := '{{}}';
        lived := 0;
        -- Once more for what was not to be found: rows that came to another machine just now.
        FOR turn IN 1..2 LOOP
            FOR one IN {HIDE} LOOP
                hidden := hidden || one.id;
                lived := lived + (one.expires_at IS NULL OR one.expires_at > at)::integer;
            END LOOP;
            {LEFT.replace("SELECT count(*)", "SELECT count(*) INTO remaining", 1)};
            EXIT WHEN remaining = 0;
        END LOOP;
        ids := hidden;{SHORTENED}
        {take_off("1", EVENT, "grants")};
        {take_off("lived", EVENT, "memories")};
        {insert(audit.INSERT, *RECORDS, memory_ids="to_jsonb(ids)", meta="meta")};
        RETURN NEXT;
    END""",
)
