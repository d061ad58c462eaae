"""A grant is found by its token and its subject, by which the table can be spread."""

from __future__ import annotations

from django.db import migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from foundation.migrating import narrow_key, widen_key

TABLE = "memory_revocationgrant"
BEFORE = "memory_revocationgrant_token_digest_key"
AFTER = "memory_grant_token_unique"

# Nothing if it has that name by now: a run that was cancelled is gone on with.
RENAME = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = '{table}'::regclass AND conname = '{old}') THEN
            SET LOCAL lock_timeout = '5s';
            ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new};
        END IF;
    END $$
"""


class WhileTheServiceRuns(migrations.SeparateDatabaseAndState):
    """Changes the constraint as Django would: on PostgreSQL without a lock while it is built."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(RENAME.format(table=TABLE, old=BEFORE, new=AFTER))
            widen_key(schema_editor, TABLE, AFTER, ["token_digest", "subject_id"])
            return
        with transaction.atomic(schema_editor.connection.alias):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(RENAME.format(table=TABLE, old=AFTER, new=BEFORE))
            narrow_key(schema_editor, TABLE, BEFORE, ["token_digest"])
            return
        with transaction.atomic(schema_editor.connection.alias):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


CHANGES: list[migrations.operations.base.Operation] = [
    migrations.AlterField("revocationgrant", "token_digest", models.BinaryField(max_length=32)),
    migrations.AddConstraint(
        "revocationgrant",
        models.UniqueConstraint(fields=["token_digest", "subject_id"], name=AFTER),
    ),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("memory", "0015_functions")]

    operations = [
        WhileTheServiceRuns(database_operations=CHANGES, state_operations=CHANGES),
    ]
