"""Owners are told of a key that was sent over plain HTTP."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("expiry", "Expiry"),
    ("rotation", "Rotation"),
    ("deletion", "Deletion"),
    ("new_address", "New Address"),
    ("leak", "Leak"),
    ("plain_http", "Plain Http"),
    ("account_closed", "Account Closed"),
]


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0005_the_services_own_request_id")]

    operations = [
        migrations.RemoveConstraint("notice", "apikeys_notice_kind_is_known"),
        migrations.AlterField("notice", "kind", models.CharField(choices=KINDS, max_length=16)),
        migrations.AddConstraint(
            "notice",
            models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _ in KINDS])),
                name="apikeys_notice_kind_is_known",
            ),
        ),
    ]
