"""The check that comes before a store on PostgreSQL: memory/ceilings.py tells why."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# A function's statements each see what was committed before they began: what is counted here is
# what was stored once the lock is held.
CREATE = """
    CREATE FUNCTION memory_room(
        lock_number bigint, of_subject uuid, of_scope text, of_domain text, at timestamptz,
        size bigint, most_memories bigint, most_bytes bigint
    )
    RETURNS text LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
        memories bigint;
        held bigint;
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'memory_room needs READ COMMITTED';
        END IF;
        PERFORM pg_advisory_xact_lock(lock_number);
        SELECT count(*), coalesce(sum(octet_length(value_json)), 0) INTO memories, held
            FROM memory_memory
            WHERE subject_id = of_subject AND scope = of_scope AND domain = of_domain
                AND hidden_at IS NULL AND (expires_at IS NULL OR expires_at > at);
        IF memories >= most_memories THEN
            RETURN 'partition_memories';
        END IF;
        RETURN CASE WHEN held + size > most_bytes THEN 'partition_bytes' END;
    END $$
"""
DROP = "DROP FUNCTION memory_room(bigint, uuid, text, text, timestamptz, bigint, bigint, bigint)"


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("memory", "0002_hold_what_was_read")]

    operations = [migrations.RunPython(create, drop)]
