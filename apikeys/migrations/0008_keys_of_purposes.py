"""A key can be narrowed to registered purposes."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0007_notices_about_new_keys_and_choices")]

    operations = [
        migrations.AddField(
            "apikey",
            "purposes",
            models.JSONField(
                blank=True,
                help_text="Ids of registered purposes. Empty: every purpose.",
                null=True,
            ),
        ),
    ]
