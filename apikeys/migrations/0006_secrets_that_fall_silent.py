"""A replaced secret can end once nobody uses it any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0005_lowered_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="secret",
            name="ends_when_silent",
            field=models.BooleanField(db_default=False, default=False, editable=False),
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
    ]
