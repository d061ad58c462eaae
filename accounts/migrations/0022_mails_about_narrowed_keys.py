"""People choose whether they are mailed when a key may do less."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0021_events_of_users")]

    operations = [
        migrations.AddField(
            "user",
            "mail_narrowing",
            models.BooleanField(db_default=True, default=True, editable=False),
        ),
    ]
