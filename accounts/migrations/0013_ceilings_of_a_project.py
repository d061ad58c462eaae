"""A project can have ceilings of its own for what it keeps in all."""

from __future__ import annotations

import django.core.validators
from django.db import migrations, models


def ceiling(name: str, setting: str) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        blank=True,
        help_text=f"Empty: {setting}.",
        null=True,
        validators=[
            django.core.validators.MinValueValidator(1),
            django.core.validators.MaxValueValidator(1000000000),
        ],
        verbose_name=name,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_ceilings_of_a_partition")]

    operations = [
        migrations.AddField(
            "project", "most_memories", ceiling("live memories", "MEMORIES_PER_PROJECT")
        ),
        migrations.AddField("project", "most_grants", ceiling("open grants", "GRANTS_PER_PROJECT")),
        migrations.AddField(
            "project",
            "most_idempotency_keys",
            ceiling("kept Idempotency-Keys", "IDEMPOTENCY_KEYS_PER_PROJECT"),
        ),
    ]
