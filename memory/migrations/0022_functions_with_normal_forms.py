"""The functions that store take normal forms.

Those that take none stay beside them, for processes of the version before: so there is a way back
to it for a database that was upgraded, and none for one that was made by this version.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from memory import functions


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    functions.create(schema_editor, those=(functions.STORE, functions.STORE_ONCE))


class Migration(migrations.Migration):
    dependencies = [("memory", "0021_normal_forms")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
    touches = ("memory_memory",)
