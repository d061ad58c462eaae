"""An event can concern both environments, creating a project is one, and an erasure empties more."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

before = import_module("accounts.migrations.0002_triggers_and_cache")

# What of an event can change: `user_id` can be emptied, and `meta` can lose its `address`.
POSTGRESQL = """
    CREATE OR REPLACE FUNCTION accounts_auditevent_append_only() RETURNS trigger LANGUAGE plpgsql
    AS $$
    DECLARE
        emptied accounts_auditevent := OLD;
    BEGIN
        IF NEW.user_id IS NULL THEN
            emptied.user_id := NULL;
        END IF;
        IF NEW.meta = OLD.meta - 'address' THEN
            emptied.meta := NEW.meta;
        END IF;
        IF NEW IS DISTINCT FROM emptied THEN
            RAISE EXCEPTION 'audit events are append-only'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
"""

# SQLite drops a table's triggers when Django remakes it to change a column: a migration that does
# must create them again (tests/memory/test_append_only.py tells).
SQLITE = (
    """
    CREATE TRIGGER accounts_auditevent_append_only BEFORE UPDATE OF
        id, subject_id, event_type, app_id, environment, api_key_id, scope, domain, purpose,
        purpose_class, memory_ids, revocation_grant_id, reason_code, decision_id, policy_version,
        request_id, created_at
    ON accounts_auditevent
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
    """
    CREATE TRIGGER accounts_auditevent_user_id_only_emptied BEFORE UPDATE OF user_id
    ON accounts_auditevent WHEN NEW.user_id IS NOT NULL AND NEW.user_id IS NOT OLD.user_id
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
    """
    CREATE TRIGGER accounts_auditevent_meta_only_loses_its_address BEFORE UPDATE OF meta
    ON accounts_auditevent
    WHEN NEW.meta <> OLD.meta AND NEW.meta <> json_remove(OLD.meta, '$.address')
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
)
NAMES = (
    "accounts_auditevent_append_only",
    "accounts_auditevent_user_id_only_emptied",
    "accounts_auditevent_meta_only_loses_its_address",
)
EVENT_TYPES = [
    "MEMORY_CREATE",
    "MEMORY_READ",
    "POLICY_DENIED",
    "MEMORY_REVOKE",
    "MEMORY_DELETE",
    "USER_ERASE",
    "KEY_CREATE",
    "KEY_ROTATE",
    "KEY_UPDATE",
    "KEY_DELETE",
    "PROJECT_CREATE",
    "PROJECT_UPDATE",
    "PROJECT_DELETE",
    "ACCOUNT_CLOSE",
    "ACCOUNT_REOPEN",
]


def replace_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        drop_triggers_of_sqlite(schema_editor)
        for statement in SQLITE:
            schema_editor.execute(statement, params=None)


def restore_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        before.drop_triggers(apps, schema_editor)
    else:
        drop_triggers_of_sqlite(schema_editor)
    before.create_triggers(apps, schema_editor)


def drop_triggers_of_sqlite(schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in NAMES:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_triggers_and_cache")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, restore_triggers),
        migrations.RemoveConstraint("auditevent", "accounts_event_environment_is_known"),
        migrations.RemoveConstraint("auditevent", "accounts_event_type_is_known"),
        migrations.AlterField(
            "auditevent",
            "environment",
            models.CharField(
                choices=[("test", "Test"), ("live", "Live"), ("both", "Both")], max_length=4
            ),
        ),
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
                condition=models.Q(environment__in=("test", "live", "both")),
                name="accounts_event_environment_is_known",
            ),
        ),
        migrations.AddConstraint(
            "auditevent",
            models.CheckConstraint(
                condition=models.Q(event_type__in=EVENT_TYPES),
                name="accounts_event_type_is_known",
            ),
        ),
        migrations.AddIndex(
            "auditevent",
            models.Index(
                fields=["app_id", "environment", "id"], name="accounts_event_by_environment"
            ),
        ),
        migrations.RunPython(replace_triggers, migrations.RunPython.noop),
    ]
