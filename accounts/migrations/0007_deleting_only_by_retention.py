"""Events are deleted by the retention's own path alone, and SQLite replaces none.

`accounts_retention` says which events a transaction may delete: those before `ends_before`. Whoever
deletes puts a row there and takes it away again in the same transaction (accounts/retention.py), so
that no other transaction ever sees one.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRESQL = """
    CREATE TABLE accounts_retention (ends_before timestamp with time zone NOT NULL);
    CREATE FUNCTION accounts_auditevent_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF EXISTS (SELECT FROM accounts_retention WHERE OLD.created_at < ends_before) THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'audit events are append-only: manage.py maintain removes old ones'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER accounts_auditevent_not_deleted BEFORE DELETE ON accounts_auditevent
        FOR EACH ROW EXECUTE FUNCTION accounts_auditevent_kept();
    CREATE TRIGGER accounts_auditevent_not_truncated BEFORE TRUNCATE ON accounts_auditevent
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditevent_kept();
"""
POSTGRESQL_BACK = """
    DROP TRIGGER accounts_auditevent_not_truncated ON accounts_auditevent;
    DROP TRIGGER accounts_auditevent_not_deleted ON accounts_auditevent;
    DROP FUNCTION accounts_auditevent_kept();
    DROP TABLE accounts_retention;
"""

# SQLite drops a table's triggers when Django remakes it to change a column: a migration that does
# must create them again, these and 0003's (tests/memory/test_append_only.py tells).
SQLITE_TABLE = "CREATE TABLE accounts_retention (ends_before datetime NOT NULL)"
SQLITE = (
    """
    CREATE TRIGGER accounts_auditevent_not_deleted BEFORE DELETE ON accounts_auditevent
    WHEN NOT EXISTS (SELECT 1 FROM accounts_retention WHERE OLD.created_at < ends_before)
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only: manage.py maintain removes old ones');
    END
    """,
    # INSERT OR REPLACE deletes what stands in its way without asking the trigger above.
    """
    CREATE TRIGGER accounts_auditevent_not_replaced BEFORE INSERT ON accounts_auditevent
    WHEN EXISTS (SELECT 1 FROM accounts_auditevent WHERE id = NEW.id OR rowid = NEW.rowid)
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only: this one is there already');
    END
    """,
    # So does UPDATE OR REPLACE, of the one thing that 0003's triggers do not name.
    """
    CREATE TRIGGER accounts_auditevent_not_moved BEFORE UPDATE ON accounts_auditevent
    WHEN NEW.rowid IS NOT OLD.rowid
        OR NEW.server_request_id IS NOT OLD.server_request_id
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
)
NAMES = (
    "accounts_auditevent_not_deleted",
    "accounts_auditevent_not_replaced",
    "accounts_auditevent_not_moved",
)


def create_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for statement in (SQLITE_TABLE, *SQLITE):
        schema_editor.execute(statement, params=None)


def drop_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
        return
    for name in NAMES:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
    schema_editor.execute("DROP TABLE accounts_retention", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_the_services_own_request_id")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
