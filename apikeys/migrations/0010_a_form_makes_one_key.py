"""A form that makes a key makes one, however often it is sent."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0009_notes_on_keys")]

    operations = [
        migrations.AddField(
            "apikey",
            "form_id",
            models.UUIDField(
                editable=False,
                help_text="Of the form that made it: sent twice, it makes one.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            "apikey",
            models.UniqueConstraint("project", "form_id", name="apikeys_a_form_makes_one_key"),
        ),
    ]
