"""The primary keys hold the column by which a table is spread over machines: docs/scale.md."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from foundation.migrating import narrow_key, widen_key

TABLES = ("memory_memory", "memory_revocationgrant", "memory_idempotencyrecord")


def widen(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        widen_key(schema_editor, table, f"{table}_pkey", ["id", "subject_id"])


def narrow(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        narrow_key(schema_editor, table, f"{table}_pkey", ["id"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("memory", "0011_disputes")]

    operations = [migrations.RunPython(widen, narrow)]
