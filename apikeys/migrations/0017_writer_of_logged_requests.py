"""A logged request names the process that wrote it: the log can be spread over machines by that."""

from __future__ import annotations

import uuid

from django.db import migrations, models

NO_WRITER = uuid.UUID(int=0)
TYPES = {"postgresql": "uuid", "sqlite": "char(32)"}
DROP = "ALTER TABLE apikeys_loggedrequest DROP COLUMN writer"


def add(apps, schema_editor):
    """Add the column. Not Django's AddField: on SQLite that would copy the table, row by row.

    This rewrites none on either database, and processes that do not know the column go on logging.
    """
    kind = TYPES[schema_editor.connection.vendor]
    schema_editor.execute(
        f"ALTER TABLE apikeys_loggedrequest ADD COLUMN writer {kind}"
        f" DEFAULT '{NO_WRITER.hex}' NOT NULL"
    )


def drop(apps, schema_editor):
    schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0016_move_days_to_their_tables")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(add, drop)],
            [
                migrations.AddField(
                    "LoggedRequest",
                    "writer",
                    models.UUIDField(
                        db_default=NO_WRITER,
                        default=NO_WRITER,
                        editable=False,
                        help_text="Of the process that wrote it, and drawn by it.",
                    ),
                )
            ],
        )
    ]
