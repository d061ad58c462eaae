"""The primary key of the tallies holds the place by which they are spread: docs/scale.md."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from foundation.migrating import narrow_key, widen_key

TABLE = "memory_tally"
COLUMNS = ["project_id", "environment", "kind", "shard"]


def widen(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    widen_key(schema_editor, TABLE, f"{TABLE}_pkey", [*COLUMNS, "place"])


def narrow(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    narrow_key(schema_editor, TABLE, f"{TABLE}_pkey", COLUMNS)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("memory", "0013_tallies_beside_their_subjects")]

    operations = [migrations.RunPython(widen, narrow)]
