"""Notices are about keys, or about accounts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0003_forget_erased_projects"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="apikeys_notice_kind_is_known",
        ),
        migrations.AddField(
            model_name="notice",
            name="account_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="notice",
            name="key_id",
            field=models.UUIDField(null=True),
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
                    ("account_closed", "Account Closed"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("account_id__isnull", False)),
                fields=("account_id", "kind", "about"),
                name="apikeys_account_is_told_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account_id__isnull", False), ("key_id", None)),
                    models.Q(("account_id", None), ("key_id__isnull", False)),
                    _connector="OR",
                ),
                name="apikeys_notice_is_about_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["expiry", "rotation", "deletion", "new_address", "leak", "account_closed"],
                    )
                ),
                name="apikeys_notice_kind_is_known",
            ),
        ),
    ]
