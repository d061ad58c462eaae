"""The check before a store asks by the row itself, and counts the row in its project."""

from __future__ import annotations

import importlib

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

before = importlib.import_module("memory.migrations.0003_room_in_a_partition")

# A function's statements each see what was committed before they began: what is counted here is
# what was stored once the lock is held. As a condition the lock costs less than as a statement.
CREATE = """
    CREATE FUNCTION memory_room(
        of_subject uuid, of_scope text, of_domain text, at timestamptz, value text,
        most_memories bigint, most_bytes bigint,
        of_project uuid, of_environment text, of_shard integer, most_of_project bigint
    )
    RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
        lock_number bigint := hashtextextended(
            concat_ws(' ', 'store', of_subject, of_scope, of_domain), 0
        );
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed'
            OR pg_advisory_xact_lock(lock_number) IS NULL
        THEN
            RAISE EXCEPTION 'memory_room needs READ COMMITTED';
        END IF;
        UPDATE memory_tally SET used = used + 1
        FROM (
            SELECT count(*) AS memories, coalesce(sum(octet_length(value_json)), 0) AS bytes
            FROM memory_memory
            WHERE subject_id = of_subject AND scope = of_scope AND domain = of_domain
                AND hidden_at IS NULL AND (expires_at IS NULL OR expires_at > at)
        ) AS held
        WHERE project_id = of_project AND environment = of_environment AND kind = 'memories'
            AND shard = of_shard AND used < allowed AND most = most_of_project
            AND held.memories < most_memories
            AND held.bytes + octet_length(value) <= most_bytes;
        RETURN FOUND;
    END $$
"""
DROP = (
    "DROP FUNCTION memory_room(uuid, text, text, timestamptz, text, bigint, bigint, uuid, text,"
    " integer, bigint)"
)


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    before.drop(apps, schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)
    before.create(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("memory", "0004_tallies")]

    operations = [migrations.RunPython(create, drop)]
