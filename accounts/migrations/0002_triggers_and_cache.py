"""What the tables need besides: triggers, and the table of a cache that is in no model.

The record is append-only by the database itself: views, admin and shell all obey it. An event's
`user_id` can be emptied (an erasure does); nothing else of it can change. Deleting old events is the
operator's retention, so it stays possible.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CACHE = "accounts_cache"
POSTGRESQL = """
    CREATE FUNCTION accounts_auditevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        emptied accounts_auditevent := OLD;
    BEGIN
        emptied.user_id := NULL;
        IF NEW IS DISTINCT FROM emptied THEN
            RAISE EXCEPTION 'audit events are append-only'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER accounts_auditevent_append_only BEFORE UPDATE ON accounts_auditevent
        FOR EACH ROW EXECUTE FUNCTION accounts_auditevent_append_only();
"""

# SQLite drops a table's triggers when Django remakes it to change a column: a migration that does
# must create them again (tests/memory/test_append_only.py tells).
SQLITE = (
    """
    CREATE TRIGGER accounts_auditevent_append_only BEFORE UPDATE OF
        id, subject_id, event_type, app_id, environment, api_key_id, scope, domain, purpose,
        purpose_class, memory_ids, revocation_grant_id, reason_code, decision_id, policy_version,
        request_id, created_at, meta
    ON accounts_auditevent
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
    """
    CREATE TRIGGER accounts_auditevent_user_id_only_emptied BEFORE UPDATE OF user_id
    ON accounts_auditevent WHEN NEW.user_id IS NOT NULL
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
)


def create_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement, params=None)


def drop_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER accounts_auditevent_append_only ON accounts_auditevent")
        schema_editor.execute("DROP FUNCTION accounts_auditevent_append_only()")
    else:
        schema_editor.execute("DROP TRIGGER accounts_auditevent_append_only")
        schema_editor.execute("DROP TRIGGER accounts_auditevent_user_id_only_emptied")


def create_cache(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # As `createcachetable` makes it, whatever cache is configured now: Redis can go again.
    from django.core.management.commands.createcachetable import Command

    command = Command()
    command.verbosity = 0
    command.create_table(schema_editor.connection.alias, CACHE, dry_run=False)


def drop_cache(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(f"DROP TABLE {CACHE}")


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0002_audit_events_are_append_only"),
        ("accounts", "0007_shared_cache"),
    ]

    dependencies = [("accounts", "0001_tables")]

    operations = [
        migrations.RunPython(create_triggers, drop_triggers),
        migrations.RunPython(create_cache, drop_cache),
    ]
