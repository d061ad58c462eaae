"""Projects can have rate limits of their own."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_audit_events_are_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="burst_limit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Of each key. Empty: the default.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="requests a second",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="rate_limit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Of each key. Empty: the default.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000000000),
                ],
                verbose_name="requests an hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rate_limit", None), ("rate_limit__gt", 0), _connector="OR"),
                    models.Q(("burst_limit", None), ("burst_limit__gt", 0), _connector="OR"),
                ),
                name="accounts_project_limits_are_positive",
            ),
        ),
    ]
