"""Sealed events get the subject of their events, and their keys hold it.

So many at a time: what was cancelled is gone on with. A place whose event is gone stays nobody's.
"""

from __future__ import annotations

from uuid import UUID

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from foundation.migrating import narrow_key, widen_key

BATCH = 10_000  # rows of a transaction
NOBODY = UUID(int=0)
PRIMARY = ("proof_sealedevent", "proof_sealedevent_pkey")
POSITION = ("proof_sealedevent", "proof_sealedevent_position_is_unique")
FILL = """
    UPDATE proof_sealedevent SET subject_id = event.subject_id
    FROM accounts_auditevent AS event
    WHERE event.id = event_id AND event_id >= %s AND event_id <= %s
        AND event.id >= %s AND event.id <= %s AND proof_sealedevent.subject_id = %s
"""
FILL_SQLITE = """
    UPDATE proof_sealedevent SET subject_id = coalesce(
        (SELECT subject_id FROM accounts_auditevent AS event WHERE event.id = event_id), subject_id
    )
    WHERE event_id >= %s AND event_id <= %s AND subject_id = %s
"""


def fill_and_widen(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    rows = apps.get_model("proof", "SealedEvent").objects.order_by("event_id")
    rest = rows.values_list("event_id", flat=True)
    while ids := list(rest[:BATCH]):
        bounds = (ids[0], ids[-1])
        values = (*bounds, *bounds, NOBODY) if on_postgresql else (*bounds, NOBODY)
        with schema_editor.connection.cursor() as cursor:
            if on_postgresql:
                cursor.execute(FILL, values)
            else:
                cursor.execute(FILL_SQLITE, [value.hex for value in values])
        rest = rows.filter(event_id__gt=ids[-1]).values_list("event_id", flat=True)
    widen_key(schema_editor, *PRIMARY, ("event_id", "subject_id"))
    widen_key(schema_editor, *POSITION, ("seal_id", "position", "subject_id"))


def narrow(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    narrow_key(schema_editor, *POSITION, ("seal_id", "position"))
    narrow_key(schema_editor, *PRIMARY, ("event_id",))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("proof", "0003_subjects_of_sealed_events")]

    operations = [migrations.RunPython(fill_and_widen, narrow)]
