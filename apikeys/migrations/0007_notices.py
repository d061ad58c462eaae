"""What owners are told by mail, and the addresses that keys are used from."""

from django.db import migrations, models

import foundation.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_mail_choices"),
        ("apikeys", "0006_secrets_that_fall_silent"),
    ]

    operations = [
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
        ),
        migrations.AddIndex(
            model_name="keyaddress",
            index=models.Index(fields=["last_used_at"], name="apikeys_address_by_last_use"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("done_at", None)),
                fields=["next_try_at"],
                name="apikeys_notice_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("key_id", "kind", "about"), name="apikeys_notice_is_told_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["expiry", "rotation", "deletion", "new_address", "leak"])
                ),
                name="apikeys_notice_kind_is_known",
            ),
        ),
    ]
