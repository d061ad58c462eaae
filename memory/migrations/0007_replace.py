"""A statement can stand in place of what was said before; what is there already does not."""

from __future__ import annotations

from django.db import migrations, models

# Not Django's AddField: on SQLite it would copy the table, row by row. This rewrites none on either
# database, and processes that do not know the column yet go on storing.
ADD = "ALTER TABLE memory_memory ADD COLUMN replace bool DEFAULT false NOT NULL"
DROP = "ALTER TABLE memory_memory DROP COLUMN replace"


class Migration(migrations.Migration):
    dependencies = [("memory", "0006_purposes")]

    operations = [
        migrations.RunSQL(
            ADD,
            DROP,
            state_operations=[
                migrations.AddField(
                    "Memory",
                    "replace",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="It stands in place of what was said before.",
                    ),
                )
            ],
        )
    ]
