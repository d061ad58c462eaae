"""Owners keep notes on their keys."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0008_keys_of_purposes")]

    operations = [
        migrations.AddField(
            "apikey",
            "notes",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What its owner wrote about it, for nobody else's eyes.",
                max_length=500,
            ),
        ),
    ]
