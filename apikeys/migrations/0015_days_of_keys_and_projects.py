"""Days that are over have tables of their own: of keys, and sums of them that pages add up."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0014_drift_of_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyDay",
            fields=[
                ("hour", models.DateTimeField()),
                ("endpoint", models.CharField(max_length=64)),
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
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_id",
                        "endpoint",
                        "hour",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_id", models.UUIDField()),
                ("served", models.PositiveBigIntegerField()),
                ("denied", models.PositiveBigIntegerField()),
                ("limited", models.PositiveBigIntegerField()),
                ("failed", models.PositiveBigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["project_id", "environment", "endpoint", "hour"],
                        name="apikeys_keyday_by_endpoint",
                    ),
                    models.Index(fields=["hour"], name="apikeys_keyday_by_hour"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectDay",
            fields=[
                ("hour", models.DateTimeField()),
                ("endpoint", models.CharField(max_length=64)),
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
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "project_id",
                        "environment",
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
                ("status", models.PositiveSmallIntegerField()),
                (
                    "code",
                    models.CharField(
                        help_text="The error's code; empty for a success.", max_length=32
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["hour"], name="apikeys_projectday_by_hour")],
            },
        ),
        migrations.CreateModel(
            name="UsageDay",
            fields=[
                ("hour", models.DateTimeField()),
                ("endpoint", models.CharField(max_length=64)),
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
                ("status", models.PositiveSmallIntegerField()),
                (
                    "code",
                    models.CharField(
                        help_text="The error's code; empty for a success.", max_length=32
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["hour"], name="apikeys_day_by_hour")],
            },
        ),
    ]
