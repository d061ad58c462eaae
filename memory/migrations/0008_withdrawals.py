"""A read shares its user, too, so that one lock holds off all reads of a user: memory/locks.py.

Processes of the version before call the function as it was, and so share the user with it.
"""

from __future__ import annotations

import importlib

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

before = importlib.import_module("memory.migrations.0002_hold_what_was_read")

# As conditions the locks cost less than as statements; the user's comes first, as everywhere.
REPLACE = """
    CREATE OR REPLACE FUNCTION memory_hold(lock_number bigint, subject uuid, seen jsonb)
    RETURNS void LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
        ids uuid[] := ARRAY(SELECT jsonb_array_elements_text(seen)::uuid);
        user_number bigint := hashtextextended(concat_ws(' ', 'user', subject), 0);
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed'
            OR pg_advisory_xact_lock_shared(user_number) IS NULL
            OR pg_advisory_xact_lock_shared(lock_number) IS NULL
        THEN
            RAISE EXCEPTION 'memory_hold needs READ COMMITTED';
        END IF;
        IF (
            SELECT count(*) FROM memory_memory
            WHERE id = ANY (ids) AND subject_id = subject AND hidden_at IS NULL
        ) < cardinality(ids) THEN
            RAISE EXCEPTION 'a memory was hidden while it was read'
                USING ERRCODE = 'serialization_failure';
        END IF;
    END $$
"""


def replace(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REPLACE, params=None)


def restore(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    before.drop(apps, schema_editor)
    before.create(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("memory", "0007_replace")]

    operations = [
        migrations.RunPython(replace, restore),
        migrations.AddIndex(
            "revocationgrant",
            models.Index(fields=["subject_id"], name="memory_grant_by_subject"),
        ),
    ]
