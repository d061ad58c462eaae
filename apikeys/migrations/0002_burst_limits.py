"""Keys have a limit for a second too."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_limits_of_projects"),
        ("apikeys", "0001_keys_and_secrets"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="burst_limit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: the project's.",
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
                help_text="Empty: the project's.",
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
                condition=models.Q(("burst_limit", None), ("burst_limit__gt", 0), _connector="OR"),
                name="apikeys_burst_limit_is_positive",
            ),
        ),
    ]
