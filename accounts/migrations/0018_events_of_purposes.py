"""Registered purposes have events; an erasure takes from the record what they were called."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

updating = import_module("accounts.migrations.0015_erasures_take_what_was_typed")
before = import_module("accounts.migrations.0011_events_of_accounts_and_of_what_is_removed")
deleting = import_module("accounts.migrations.0007_deleting_only_by_retention")

EVENT_TYPES = [
    *before.EVENT_TYPES,
    "PURPOSE_PROPOSE",
    "PURPOSE_APPROVE",
    "PURPOSE_UPDATE",
    "PURPOSE_RETIRE",
]
# What `meta` can lose.
WORDS = ("address", "name", "new_name", "purpose_id", "purposes", "sentence")


def with_all_words(statement: str) -> str:
    """Return a statement of 0015 that lets `meta` lose all of WORDS."""
    for old, new in (
        ("ARRAY['address', 'name', 'new_name']", f"ARRAY{list(WORDS)}"),
        ("'$.address', '$.name', '$.new_name'", ", ".join(f"'$.{word}'" for word in WORDS)),
        ("('address', 'name', 'new_name')", str(WORDS)),
    ):
        statement = statement.replace(old, new)
    return statement


def create_triggers(
    schema_editor: BaseDatabaseSchemaEditor, postgresql: str, sqlite: list[str]
) -> None:
    """Create all of them again: Django remade the table on SQLite, without any."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(postgresql, params=None)
        return
    updating.before.drop_triggers_of_sqlite(schema_editor)
    for name in deleting.NAMES:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
    for statement in (*sqlite, *deleting.SQLITE):
        schema_editor.execute(statement, params=None)


def let_go_of_purposes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    statements = [with_all_words(statement) for statement in updating.SQLITE]
    create_triggers(schema_editor, with_all_words(updating.POSTGRESQL), statements)


def as_before(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create_triggers(schema_editor, updating.POSTGRESQL, list(updating.SQLITE))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_what_a_project_takes")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, as_before),
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
        migrations.RunPython(let_go_of_purposes, migrations.RunPython.noop),
    ]
