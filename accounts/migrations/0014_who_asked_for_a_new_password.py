"""Who asked to choose a new password stands in a row until it is mailed."""

from __future__ import annotations

from django.db import migrations, models

import foundation.identifiers


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_ceilings_of_a_project")]

    operations = [
        migrations.CreateModel(
            "PasswordReset",
            [
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("asked_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(db_index=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
    ]
