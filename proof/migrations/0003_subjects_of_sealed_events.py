"""A sealed event says whose it is. Processes of the version before do not: the database finds it.

They seal beside those that do while the service is upgraded, and an event whose place named nobody
would be sealed twice. Which is why a trigger says it for them, for a release; for whoever names a
subject it is not even called.
"""

from __future__ import annotations

from uuid import UUID

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NOBODY = UUID(int=0)
POSTGRESQL = f"""
    CREATE FUNCTION proof_sealedevent_subject() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.subject_id := coalesce(
            (SELECT subject_id FROM accounts_auditevent WHERE id = NEW.event_id), NEW.subject_id
        );
        RETURN NEW;
    END $$;
    CREATE TRIGGER proof_sealedevent_subject BEFORE INSERT ON proof_sealedevent
        FOR EACH ROW WHEN (NEW.subject_id = '{NOBODY}')
        EXECUTE FUNCTION proof_sealedevent_subject();
"""  # noqa: S608 - a constant of ours
POSTGRESQL_BACK = """
    DROP TRIGGER IF EXISTS proof_sealedevent_subject ON proof_sealedevent;
    DROP FUNCTION IF EXISTS proof_sealedevent_subject();
"""
SQLITE = f"""
    CREATE TRIGGER proof_sealedevent_subject AFTER INSERT ON proof_sealedevent
    WHEN NEW.subject_id = '{NOBODY.hex}'
    BEGIN
        UPDATE proof_sealedevent SET subject_id = coalesce(
            (SELECT subject_id FROM accounts_auditevent WHERE id = NEW.event_id), subject_id
        ) WHERE event_id = NEW.event_id;
    END
"""  # noqa: S608 - a constant of ours
SQLITE_BACK = "DROP TRIGGER proof_sealedevent_subject"


def create_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL if on_postgresql else SQLITE, params=None)


def drop_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL_BACK if on_postgresql else SQLITE_BACK, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("proof", "0002_daily_posting"),
        ("accounts", "0032_key_of_events"),
    ]

    operations = [
        migrations.AddField(
            "sealedevent",
            "subject_id",
            models.UUIDField(
                db_default=NOBODY,
                help_text="Of the event; the nil UUID if that was gone before it was kept here.",
            ),
        ),
        migrations.RunPython(create_trigger, drop_trigger),
    ]
