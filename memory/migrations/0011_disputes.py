"""A person can dispute a statement, and then no read holds it: memory/disputing.py."""

from __future__ import annotations

import importlib

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

before = importlib.import_module("memory.migrations.0008_withdrawals")

REPLACE = before.REPLACE.replace("hidden_at IS NULL", "hidden_at IS NULL AND disputed_at IS NULL")


def replace(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REPLACE, params=None)


class Migration(migrations.Migration):
    dependencies = [("memory", "0010_drafts")]

    operations = [
        # Backwards the function goes first: it must not name a column that is not there.
        migrations.AddField(
            "memory",
            "disputed_at",
            models.DateTimeField(
                help_text="Set: the person says that it is not true. No read finds it.", null=True
            ),
        ),
        migrations.RunPython(replace, before.replace),
    ]
