"""A project can have a number of live keys of its own."""

from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_deleting_only_by_retention")]

    operations = [
        migrations.AddField(
            "project",
            "most_keys",
            models.PositiveIntegerField(
                blank=True,
                help_text="Empty: KEYS_PER_PROJECT.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100000),
                ],
                verbose_name="live keys",
            ),
        ),
    ]
