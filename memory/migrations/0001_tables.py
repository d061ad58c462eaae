"""The tables of memories, grants and kept answers."""

from django.db import migrations, models

import foundation.identifiers


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("memory", "0001_memories_and_grants"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IdempotencyRecord",
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
                ("project_id", models.UUIDField()),
                ("environment", models.CharField(max_length=4)),
                ("key", models.CharField(max_length=255)),
                ("subject_id", models.UUIDField()),
                ("request_digest", models.BinaryField(max_length=32)),
                ("answer", models.TextField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["expires_at"], name="memory_idempotency_by_expiry")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project_id", "environment", "key"),
                        name="memory_idempotency_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Memory",
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
                ("subject_id", models.UUIDField()),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("preferences", "preferences"),
                            ("constraints", "constraints"),
                            ("communication", "communication"),
                            ("accessibility", "accessibility"),
                            ("schedule", "schedule"),
                            ("attention", "attention"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "domain",
                    models.CharField(default="", help_text="Empty: no domain.", max_length=255),
                ),
                ("project_id", models.UUIDField()),
                ("environment", models.CharField(max_length=4)),
                ("user_id", models.CharField(max_length=255)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("explicit_user_input", "explicit_user_input"),
                            ("user_setting", "user_setting"),
                            ("inferred", "inferred"),
                            ("system", "system"),
                        ],
                        max_length=32,
                    ),
                ),
                ("value_json", models.TextField(help_text="Compact JSON, as it was said.")),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "hidden_at",
                    models.DateTimeField(
                        help_text="Set: a revocation hides it for good.", null=True
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "memories",
                "indexes": [
                    models.Index(
                        condition=models.Q(("hidden_at", None)),
                        fields=["subject_id", "scope", "domain", "created_at"],
                        name="memory_live_by_partition",
                    ),
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="memory_by_expiry",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "scope__in",
                                [
                                    "preferences",
                                    "constraints",
                                    "communication",
                                    "accessibility",
                                    "schedule",
                                    "attention",
                                ],
                            )
                        ),
                        name="memory_scope_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source__in",
                                ["explicit_user_input", "user_setting", "inferred", "system"],
                            )
                        ),
                        name="memory_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("environment__in", ("test", "live"))),
                        name="memory_environment_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user_id", ""), _negated=True),
                        name="memory_user_id_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at", None),
                            ("expires_at__gt", models.F("created_at")),
                            _connector="OR",
                        ),
                        name="memory_expiry_follows_creation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RevocationGrant",
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
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("subject_id", models.UUIDField()),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("preferences", "preferences"),
                            ("constraints", "constraints"),
                            ("communication", "communication"),
                            ("accessibility", "accessibility"),
                            ("schedule", "schedule"),
                            ("attention", "attention"),
                        ],
                        max_length=32,
                    ),
                ),
                ("domain", models.CharField(default="", max_length=255)),
                ("project_id", models.UUIDField()),
                ("environment", models.CharField(max_length=4)),
                ("user_id", models.CharField(max_length=255)),
                ("purpose", models.CharField(max_length=1000)),
                ("max_age_days", models.PositiveSmallIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="memory_grant_by_expiry")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "scope__in",
                                [
                                    "preferences",
                                    "constraints",
                                    "communication",
                                    "accessibility",
                                    "schedule",
                                    "attention",
                                ],
                            )
                        ),
                        name="memory_grant_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("environment__in", ("test", "live"))),
                        name="memory_grant_environment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="memory_grant_expiry",
                    ),
                ],
            },
        ),
    ]
