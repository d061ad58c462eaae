"""A project says where its end users write to: their own pages show it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0030_events_of_peoples_pages")]

    operations = [
        migrations.AddField(
            "project",
            "contact",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Where end users write to: a mail address or a page. Empty: the service's.",
                max_length=200,
            ),
        ),
    ]
