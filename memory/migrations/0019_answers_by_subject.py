"""An Idempotency-Key is unique for each subject, beside whose rows its answer is kept.

Processes of the version before ask for the constraint that was: from here on they answer a fresh
create with an Idempotency-Key by an error and store nothing of it. So none keeps an answer without
a claim, and no key is one user's for them and another's for a new process.
"""

from __future__ import annotations

import importlib
from typing import Any

from django.db import migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from foundation.migrating import narrow_key, widen_key

before = importlib.import_module("memory.migrations.0018_claims_of_kept_answers")

TABLE, NAME = "memory_idempotencyrecord", "memory_idempotency_unique"
WAS = ("project_id", "environment", "key")
IS = ("subject_id", *WAS)


def widen(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    widen_key(schema_editor, TABLE, NAME, IS)


def narrow(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    narrow_key(schema_editor, TABLE, NAME, WAS)


class OnSQLite:
    """An operation that changes the database on SQLite alone; on PostgreSQL `widen` has."""

    def database_forwards(self, label: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        self._whole("database_forwards", label, editor, *states)

    def database_backwards(
        self, label: str, editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        self._whole("database_backwards", label, editor, *states)

    def _whole(self, way: str, label: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        """Make the table anew in a transaction, which the migration as a whole is not."""
        if editor.connection.vendor == "sqlite":
            with transaction.atomic(using=editor.connection.alias):
                getattr(super(), way)(label, editor, *states)


class RemoveConstraint(OnSQLite, migrations.RemoveConstraint):
    pass


class AddConstraint(OnSQLite, migrations.AddConstraint):
    pass


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("memory", "0018_claims_of_kept_answers")]

    operations = [
        migrations.RunPython(widen, narrow),
        RemoveConstraint("idempotencyrecord", NAME),
        AddConstraint("idempotencyrecord", models.UniqueConstraint(fields=IS, name=NAME)),
        migrations.RunPython(before.claim, migrations.RunPython.noop),
    ]
