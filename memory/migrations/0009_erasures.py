"""A store holds off an erasure of its user, and all that a user has is found by the subject."""

from __future__ import annotations

import importlib

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

before = importlib.import_module("memory.migrations.0005_room_in_a_project")

DECLARED = """
        );
    BEGIN
"""
ASKED = "OR pg_advisory_xact_lock(lock_number) IS NULL"


def with_the_lock_of_stores(function: str) -> str:
    """Return memory_room as it is, but that it also shares the lock of its user's stores, first."""
    for old, new in (
        ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        (
            DECLARED,
            """
        );
        stores_number bigint := hashtextextended(concat_ws(' ', 'stores', of_subject), 0);
    BEGIN
""",
        ),
        (ASKED, f"OR pg_advisory_xact_lock_shared(stores_number) IS NULL\n            {ASKED}"),
    ):
        assert function.count(old) == 1  # noqa: S101 - else the lock would be missing
        function = function.replace(old, new)
    return function


def replace(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(with_the_lock_of_stores(before.CREATE), params=None)


def restore(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(before.DROP)
        schema_editor.execute(before.CREATE, params=None)


class Migration(migrations.Migration):
    dependencies = [("memory", "0008_withdrawals")]

    operations = [
        migrations.RunPython(replace, restore),
        migrations.AddIndex(
            "memory",
            models.Index(
                condition=models.Q(("hidden_at__isnull", False)),
                fields=["subject_id"],
                name="memory_hidden_by_subject",
            ),
        ),
        migrations.AddIndex(
            "idempotencyrecord",
            models.Index(fields=["subject_id"], name="memory_idempotency_by_subject"),
        ),
    ]
