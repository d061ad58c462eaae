"""Limits of projects are explained in the same words as those of keys."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_events_of_both_environments"),
    ]

    operations = [
        migrations.AlterField(
            model_name="project",
            name="burst_limit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: none of its own.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="requests a second",
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="rate_limit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: none of its own.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="requests an hour",
            ),
        ),
    ]
