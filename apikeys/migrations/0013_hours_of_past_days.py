"""Hours of past days are kept beside the days that pages of weeks and months add up."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0012_log_by_environment"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_id",
                        "hour",
                        "endpoint",
                        "status",
                        "code",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_id", models.UUIDField()),
                ("hour", models.DateTimeField()),
                ("endpoint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                (
                    "code",
                    models.CharField(
                        help_text="The error's code; empty for a success.", max_length=32
                    ),
                ),
                ("project_id", models.UUIDField()),
                (
                    "environment",
                    models.CharField(choices=[("test", "Test"), ("live", "Live")], max_length=4),
                ),
                ("requests", models.PositiveBigIntegerField()),
                ("under_2", models.PositiveBigIntegerField()),
                ("under_5", models.PositiveBigIntegerField()),
                ("under_10", models.PositiveBigIntegerField()),
                ("under_20", models.PositiveBigIntegerField()),
                ("under_50", models.PositiveBigIntegerField()),
                ("under_100", models.PositiveBigIntegerField()),
                ("under_200", models.PositiveBigIntegerField()),
                ("under_500", models.PositiveBigIntegerField()),
                ("under_2000", models.PositiveBigIntegerField()),
                ("over", models.PositiveBigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project_id", "hour"], name="apikeys_past_by_project"),
                    models.Index(fields=["hour"], name="apikeys_past_by_hour"),
                ],
            },
        ),
    ]
