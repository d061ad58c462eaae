"""The ids of events about many memories have a table of their own, append-only as the events.

A list goes by the retention's own path alone, as an event does (0007): when all events of its day may.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRESQL = """
    CREATE FUNCTION accounts_idlist_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF EXISTS (
                SELECT FROM accounts_retention
                WHERE OLD.day < (ends_before AT TIME ZONE 'UTC')::date
            ) THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'lists of ids are append-only: manage.py maintain removes old ones'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE TRIGGER accounts_idlist_not_changed BEFORE UPDATE OR DELETE ON accounts_idlist
        FOR EACH ROW EXECUTE FUNCTION accounts_idlist_kept();
    CREATE TRIGGER accounts_idlist_not_truncated BEFORE TRUNCATE ON accounts_idlist
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_idlist_kept();
"""
POSTGRESQL_BACK = """
    DROP TRIGGER accounts_idlist_not_truncated ON accounts_idlist;
    DROP TRIGGER accounts_idlist_not_changed ON accounts_idlist;
    DROP FUNCTION accounts_idlist_kept();
"""
SQLITE = (
    """
    CREATE TRIGGER accounts_idlist_not_changed BEFORE UPDATE ON accounts_idlist
    BEGIN
        SELECT RAISE(ABORT, 'lists of ids are append-only');
    END
    """,
    """
    CREATE TRIGGER accounts_idlist_not_deleted BEFORE DELETE ON accounts_idlist
    WHEN NOT EXISTS (SELECT 1 FROM accounts_retention WHERE OLD.day < date(ends_before))
    BEGIN
        SELECT RAISE(ABORT, 'lists of ids are append-only: manage.py maintain removes old ones');
    END
    """,
    # INSERT OR REPLACE deletes what stands in its way without asking the trigger above.
    """
    CREATE TRIGGER accounts_idlist_not_replaced BEFORE INSERT ON accounts_idlist
    WHEN EXISTS (
        SELECT 1 FROM accounts_idlist
        WHERE rowid = NEW.rowid
            OR (app_id = NEW.app_id AND day = NEW.day AND digest = NEW.digest)
    )
    BEGIN
        SELECT RAISE(IGNORE);
    END
    """,
)
NAMES = ("not_changed", "not_deleted", "not_replaced")


def create_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in (POSTGRESQL,) if on_postgresql else SQLITE:
        schema_editor.execute(statement, params=None)


def drop_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
        return
    for name in NAMES:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS accounts_idlist_{name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_erasures_take_what_was_typed")]

    operations = [
        migrations.CreateModel(
            "IdList",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "app_id",
                        "day",
                        "digest",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("app_id", models.UUIDField(verbose_name="project")),
                ("day", models.DateField(help_text="Of the events, in UTC.")),
                ("digest", models.BinaryField(max_length=32)),
                ("ids", models.BinaryField(help_text="16 bytes each, rising.")),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="accounts_idlist_by_day")],
            },
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
