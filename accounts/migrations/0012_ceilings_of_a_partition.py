"""A project can have ceilings of its own for what a partition holds."""

from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_events_of_accounts_and_of_what_is_removed")]

    operations = [
        migrations.AddField(
            "project",
            "most_partition_memories",
            models.PositiveIntegerField(
                blank=True,
                help_text="Empty: MEMORIES_PER_PARTITION.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="live memories of a user, scope and domain",
            ),
        ),
        migrations.AddField(
            "project",
            "most_partition_bytes",
            models.PositiveIntegerField(
                blank=True,
                help_text="Empty: BYTES_PER_PARTITION.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="bytes of their values",
            ),
        ),
    ]
