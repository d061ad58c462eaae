"""Owners are told when a key gets more or fewer rights, or another expiry."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("expiry", "Expiry"),
    ("rotation", "Rotation"),
    ("deletion", "Deletion"),
    ("new_address", "New Address"),
    ("leak", "Leak"),
    ("plain_http", "Plain Http"),
    ("creation", "Creation"),
    ("widening", "Widening"),
    ("narrowing", "Narrowing"),
    ("mail_choices", "Mail Choices"),
    ("account_closed", "Account Closed"),
]


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0010_a_form_makes_one_key")]

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
