"""The hot transactions are functions of the database: memory/functions/.

`memory_hold` and `memory_room` stay for processes of the version before.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from memory import functions


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    functions.create(schema_editor)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    functions.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("memory", "0014_key_of_tallies")]

    operations = [migrations.RunPython(create, drop)]
