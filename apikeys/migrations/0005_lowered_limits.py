"""Owners can lower the limits of a key."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_lowered_limits_of_projects"),
        ("apikeys", "0004_usage"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="lowered_burst_limit",
            field=models.PositiveIntegerField(
                editable=False,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="requests a second, lowered",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="lowered_rate_limit",
            field=models.PositiveIntegerField(
                editable=False,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="requests an hour, lowered",
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
                name="apikeys_lowered_limits_are_positive",
            ),
        ),
    ]
