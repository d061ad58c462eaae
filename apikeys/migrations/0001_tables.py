"""The tables of keys, their use and the notices about them."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

import apikeys.models.keys
import foundation.identifiers


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("apikeys", "0001_keys_and_secrets"),
        ("apikeys", "0002_burst_limits"),
        ("apikeys", "0003_last_use"),
        ("apikeys", "0004_usage"),
        ("apikeys", "0005_lowered_limits"),
        ("apikeys", "0006_secrets_that_fall_silent"),
        ("apikeys", "0007_notices"),
        ("apikeys", "0008_known_addresses"),
    ]

    dependencies = [
        ("accounts", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                (
                    "environment",
                    models.CharField(choices=[("test", "Test"), ("live", "Live")], max_length=4),
                ),
                ("permissions", models.JSONField(default=apikeys.models.keys.all_permissions)),
                (
                    "scopes",
                    models.JSONField(blank=True, help_text="Empty: every scope.", null=True),
                ),
                (
                    "purpose_classes",
                    models.JSONField(
                        blank=True, help_text="Empty: every purpose class.", null=True
                    ),
                ),
                (
                    "rate_limit",
                    models.PositiveIntegerField(
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
                (
                    "burst_limit",
                    models.PositiveIntegerField(
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
                (
                    "lowered_rate_limit",
                    models.PositiveIntegerField(
                        editable=False,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="requests an hour, lowered",
                    ),
                ),
                (
                    "lowered_burst_limit",
                    models.PositiveIntegerField(
                        editable=False,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="requests a second, lowered",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "disabled_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Set by an operator: it stops at once.",
                        null=True,
                        verbose_name="switched off at",
                    ),
                ),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to="accounts.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
            },
        ),
        migrations.CreateModel(
            name="KeyAddress",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_id",
                        "address",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_id", models.UUIDField()),
                ("address", models.CharField(max_length=45)),
                ("first_used_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["last_used_at"], name="apikeys_address_by_last_use")
                ],
            },
        ),
        migrations.CreateModel(
            name="LoggedRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("request_id", models.CharField(max_length=64)),
                ("project_id", models.UUIDField()),
                (
                    "environment",
                    models.CharField(choices=[("test", "Test"), ("live", "Live")], max_length=4),
                ),
                ("key_id", models.UUIDField()),
                ("secret_id", models.UUIDField()),
                ("endpoint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=32)),
                ("microseconds", models.PositiveIntegerField()),
                ("address", models.CharField(max_length=45)),
                ("user_agent", models.CharField(max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project_id", "id"], name="apikeys_log_by_project")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("expiry", "Expiry"),
                            ("rotation", "Rotation"),
                            ("deletion", "Deletion"),
                            ("new_address", "New Address"),
                            ("leak", "Leak"),
                        ],
                        max_length=16,
                    ),
                ),
                ("about", models.CharField(max_length=64)),
                ("details", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["next_try_at"],
                        name="apikeys_notice_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key_id", "kind", "about"), name="apikeys_notice_is_told_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["expiry", "rotation", "deletion", "new_address", "leak"])
                        ),
                        name="apikeys_notice_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("last_four", models.CharField(max_length=4)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("replaced_at", models.DateTimeField(editable=False, null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "ends_when_silent",
                    models.BooleanField(db_default=False, default=False, editable=False),
                ),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
                ("last_address", models.CharField(blank=True, editable=False, max_length=45)),
                ("last_user_agent", models.CharField(blank=True, editable=False, max_length=200)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secrets",
                        to="apikeys.apikey",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UsageHour",
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
                    models.Index(fields=["project_id", "hour"], name="apikeys_usage_by_project"),
                    models.Index(fields=["hour"], name="apikeys_usage_by_hour"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(
                models.F("project"),
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("deleted_at", None)),
                name="apikeys_live_name_is_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("environment__in", ("test", "live"))),
                name="apikeys_environment_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="apikeys_name_is_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate_limit", None), ("rate_limit__gt", 0), _connector="OR"),
                name="apikeys_rate_limit_is_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("burst_limit", None), ("burst_limit__gt", 0), _connector="OR"),
                name="apikeys_burst_limit_is_positive",
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
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None),
                    ("expires_at__gt", models.F("created_at")),
                    _connector="OR",
                ),
                name="apikeys_expiry_follows_creation",
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_when_silent", False), ("replaced_at__isnull", False), _connector="OR"
                ),
                name="apikeys_only_replaced_secrets_fall_silent",
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.UniqueConstraint(
                models.F("key"),
                condition=models.Q(("replaced_at", None)),
                name="apikeys_one_current_secret",
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at", None), ("replaced_at", None)),
                    models.Q(
                        ("ends_at__gte", models.F("replaced_at")),
                        ("ends_at__isnull", False),
                        ("replaced_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="apikeys_replaced_secret_ends",
            ),
        ),
    ]
