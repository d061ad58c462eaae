"""Each part of a count gets a place beside those whom it counts: memory/places.py."""

from __future__ import annotations

import uuid

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from memory.places import PLACES

NOWHERE = uuid.UUID(int=0)


def place(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Place what is there. What a process of the version before adds is placed when it is used up.

    Whom a part counts changes with this: all parts together count what they did.
    """
    Tally = apps.get_model("memory", "Tally")
    for shard, one in enumerate(PLACES):
        Tally.objects.filter(shard=shard).update(place=one)


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
    ]
