"""The check that ends a read on PostgreSQL: memory/writes.py tells why."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# A function's statements each see what was committed before they began: what is counted here is
# what is visible once the lock is held.
CREATE = """
    CREATE FUNCTION memory_hold(lock_number bigint, subject uuid, seen jsonb)
    RETURNS void LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
        ids uuid[] := ARRAY(SELECT jsonb_array_elements_text(seen)::uuid);
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'memory_hold needs READ COMMITTED';
        END IF;
        PERFORM pg_advisory_xact_lock_shared(lock_number);
        IF (
            SELECT count(*) FROM memory_memory
            WHERE id = ANY (ids) AND subject_id = subject AND hidden_at IS NULL
        ) < cardinality(ids) THEN
            RAISE EXCEPTION 'a memory was hidden while it was read'
                USING ERRCODE = 'serialization_failure';
        END IF;
    END $$
"""


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION memory_hold(bigint, uuid, jsonb)")


class Migration(migrations.Migration):
    dependencies = [("memory", "0001_tables")]

    operations = [migrations.RunPython(create, drop)]
