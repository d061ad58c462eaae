"""An erasure takes from the record why somebody looked at an end user's memories."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

updating = import_module("accounts.migrations.0015_erasures_take_what_was_typed")
before = import_module("accounts.migrations.0018_events_of_purposes")

# What `meta` can lose.
WORDS = (*before.WORDS, "reason")


def with_reasons(statement: str) -> str:
    """Return a statement of 0015 that lets `meta` lose all of WORDS."""
    statement = before.with_all_words(statement)
    for old, new in (
        (f"ARRAY{list(before.WORDS)}", f"ARRAY{list(WORDS)}"),
        ("'$.sentence'", "'$.sentence', '$.reason'"),
        (str(before.WORDS), str(WORDS)),
    ):
        statement = statement.replace(old, new)
    return statement


def let_go_of_reasons(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    statements = [with_reasons(statement) for statement in updating.SQLITE]
    before.create_triggers(schema_editor, with_reasons(updating.POSTGRESQL), statements)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_mails_about_narrowed_keys")]

    operations = [migrations.RunPython(let_go_of_reasons, before.let_go_of_purposes)]
