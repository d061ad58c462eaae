"""Limits of keys keep the same constraints as those of projects."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_one_home_for_limits"),
        ("apikeys", "0001_tables"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="apikey",
            name="apikeys_rate_limit_is_positive",
        ),
        migrations.RemoveConstraint(
            model_name="apikey",
            name="apikeys_burst_limit_is_positive",
        ),
        migrations.RemoveConstraint(
            model_name="apikey",
            name="apikeys_lowered_limits_are_positive",
        ),
        migrations.AlterField(
            model_name="apikey",
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
            model_name="apikey",
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
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rate_limit", None), ("rate_limit__gt", 0), _connector="OR"),
                    models.Q(("burst_limit", None), ("burst_limit__gt", 0), _connector="OR"),
                ),
                name="apikeys_apikey_limits_are_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lowered_rate_limit", None), ("lowered_rate_limit__gt", 0), _connector="OR"
                    ),
                    models.Q(
                        ("lowered_burst_limit", None),
                        ("lowered_burst_limit__gt", 0),
                        _connector="OR",
                    ),
                ),
                name="apikeys_apikey_lowered_limits_are_positive",
            ),
        ),
    ]
