"""Opening and erasing an account, erasing a project, and removing old events have events."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

updating = import_module("accounts.migrations.0003_events_of_both_environments")
before = import_module("accounts.migrations.0005_security_events")
deleting = import_module("accounts.migrations.0007_deleting_only_by_retention")

EVENT_TYPES = [
    *before.EVENT_TYPES,
    "ACCOUNT_CREATE",
    "ACCOUNT_ERASE",
    "PROJECT_ERASE",
    "RECORD_PRUNE",
]


def create_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create all of them again: Django remade the table on SQLite, without any."""
    if schema_editor.connection.vendor == "postgresql":
        return
    updating.replace_triggers(apps, schema_editor)
    for name in deleting.NAMES:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
    for statement in deleting.SQLITE:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_one_form_of_addresses")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, create_triggers),
        migrations.RemoveConstraint("auditevent", "accounts_event_type_is_known"),
        migrations.AlterField(
            "auditevent",
            "event_type",
            models.CharField(
                choices=[(name, name.replace("_", " ").title()) for name in EVENT_TYPES],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            "auditevent",
            models.CheckConstraint(
                condition=models.Q(event_type__in=EVENT_TYPES),
                name="accounts_event_type_is_known",
            ),
        ),
        migrations.RunPython(create_triggers, migrations.RunPython.noop),
    ]
