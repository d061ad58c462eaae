"""Each part of a count gets a place beside those whom it counts: memory/places.py.

Processes of the version before count new projects while the service is upgraded, and know of no
places: a trigger says them, for a release. Else there could be two rows of one part, and what is
revoked would not be taken off of a part that nobody has placed yet.
"""

from __future__ import annotations

import uuid

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from memory.places import PLACES

NOWHERE = uuid.UUID(int=0)
POSTGRESQL = f"""
    CREATE FUNCTION memory_tally_place() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.place := ('{{{",".join(map(str, PLACES))}}}'::uuid[])[NEW.shard + 1];
        RETURN NEW;
    END $$;
    CREATE TRIGGER memory_tally_place BEFORE INSERT ON memory_tally
        FOR EACH ROW WHEN (NEW.place = '{NOWHERE}')
        EXECUTE FUNCTION memory_tally_place();
"""
POSTGRESQL_BACK = """
    DROP TRIGGER IF EXISTS memory_tally_place ON memory_tally;
    DROP FUNCTION IF EXISTS memory_tally_place();
"""
WHERE_TO = " ".join(f"WHEN {shard} THEN '{one.hex}'" for shard, one in enumerate(PLACES))
SQLITE = f"""
    CREATE TRIGGER memory_tally_place AFTER INSERT ON memory_tally
    WHEN NEW.place = '{NOWHERE.hex}'
    BEGIN
        UPDATE memory_tally
        SET place = CASE shard {WHERE_TO} END
        WHERE project_id = NEW.project_id AND environment = NEW.environment
            AND kind = NEW.kind AND shard = NEW.shard;
    END
"""  # noqa: S608 - constants of ours
SQLITE_BACK = "DROP TRIGGER IF EXISTS memory_tally_place"


def place(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Place what is there.

    Whom a part counts changes with this: all parts together count what they did.
    """
    Tally = apps.get_model("memory", "Tally")
    for shard, one in enumerate(PLACES):
        Tally.objects.filter(shard=shard).update(place=one)


def create_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL if on_postgresql else SQLITE, params=None)


def drop_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL_BACK if on_postgresql else SQLITE_BACK, params=None)


class Migration(migrations.Migration):
    dependencies = [("memory", "0012_keys_hold_what_spreads_them")]

    operations = [
        migrations.AddField(
            "tally",
            "place",
            models.UUIDField(
                default=NOWHERE,
                db_default=NOWHERE,
                help_text="Beside which end users the part lies.",
            ),
        ),
        migrations.RunPython(place, migrations.RunPython.noop),
        migrations.RunPython(create_trigger, drop_trigger),
    ]
