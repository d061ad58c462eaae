"""A list of ids says whose they are. Processes of the version before do not: theirs say nobody's."""

from __future__ import annotations

from importlib import import_module
from uuid import UUID

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

before = import_module("accounts.migrations.0016_ids_of_many_memories")


def create_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create again what SQLite drops with a table that Django makes anew."""
    if schema_editor.connection.vendor == "sqlite":
        before.drop_triggers(apps, schema_editor)
        before.create_triggers(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0032_key_of_events")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, create_triggers),
        migrations.AddField(
            "idlist",
            "subject_id",
            models.UUIDField(
                db_default=UUID(int=0), help_text="Of the events: whose memories they are."
            ),
        ),
        migrations.RunPython(create_triggers, migrations.RunPython.noop),
    ]
