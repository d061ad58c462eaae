"""What is usual for each key is kept, what was new in its use is flagged, and keys are paused."""

from __future__ import annotations

from django.db import migrations, models

import foundation.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0013_hours_of_past_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="Flag",
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
                            ("scopes", "Scopes"),
                            ("purposes", "Purposes"),
                            ("volume", "Volume"),
                            ("denials", "Denials"),
                        ],
                        max_length=16,
                    ),
                ),
                ("found", models.JSONField()),
                ("found_at", models.DateTimeField()),
                (
                    "paused_key",
                    models.BooleanField(default=False, help_text="The key was disabled for it."),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("as_expected", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="KeyHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_id",
                        "hour",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_id", models.UUIDField()),
                ("hour", models.DateTimeField()),
                ("requests", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("reads", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("denied", models.PositiveBigIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="KeyWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_id",
                        "day",
                        "of",
                        "word",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_id", models.UUIDField()),
                ("day", models.DateField()),
                (
                    "of",
                    models.CharField(
                        choices=[
                            ("scope", "Scope"),
                            ("class", "Purpose class"),
                            ("purpose", "Registered purpose"),
                        ],
                        max_length=8,
                    ),
                ),
                ("word", models.CharField(max_length=64)),
                ("reads", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("next_at", models.DateTimeField()),
                ("counted_until", models.UUIDField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="apikeys_notice_kind_is_known",
        ),
        migrations.AddField(
            model_name="apikey",
            name="paused",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Disabled by its owner or for what was new in its use, and not by an operator: its owner can enable it.",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="pauses",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="It is disabled when its use leaves what it was.",
                verbose_name="disabled when flagged",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="watched",
            field=models.BooleanField(
                db_default=True,
                default=True,
                editable=False,
                help_text="Its owner is told when its use leaves what it was.",
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="disabled_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Set: it stops at once.",
                null=True,
                verbose_name="switched off at",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("expiry", "Expiry"),
                    ("rotation", "Rotation"),
                    ("deletion", "Deletion"),
                    ("new_address", "New Address"),
                    ("leak", "Leak"),
                    ("plain_http", "Plain Http"),
                    ("creation", "Creation"),
                    ("widening", "Widening"),
                    ("narrowing", "Narrowing"),
                    ("drift", "Drift"),
                    ("mail_choices", "Mail Choices"),
                    ("account_closed", "Account Closed"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused", False), ("disabled_at__isnull", False), _connector="OR"
                ),
                name="apikeys_paused_is_disabled",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("pauses", False), ("watched", True), _connector="OR"),
                name="apikeys_watched_to_be_paused",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "expiry",
                            "rotation",
                            "deletion",
                            "new_address",
                            "leak",
                            "plain_http",
                            "creation",
                            "widening",
                            "narrowing",
                            "drift",
                            "mail_choices",
                            "account_closed",
                        ],
                    )
                ),
                name="apikeys_notice_kind_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(fields=["key_id", "found_at"], name="apikeys_flag_by_key"),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.UniqueConstraint(
                models.F("key_id"),
                models.F("kind"),
                condition=models.Q(("ended_at", None)),
                name="apikeys_one_open_flag",
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("scopes", "purposes", "volume", "denials"))),
                name="apikeys_flag_kind_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="keyhour",
            index=models.Index(fields=["hour"], name="apikeys_keyhour_by_hour"),
        ),
        migrations.AddIndex(
            model_name="keyword",
            index=models.Index(fields=["day"], name="apikeys_keyword_by_day"),
        ),
    ]
