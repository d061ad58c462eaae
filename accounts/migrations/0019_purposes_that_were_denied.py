"""The purposes that were denied are found without a walk through all events."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_events_of_purposes")]

    operations = [
        migrations.AddIndex(
            "auditevent",
            models.Index(
                condition=models.Q(event_type="POLICY_DENIED", purpose_class="unrecognized"),
                fields=["app_id", "environment", "id"],
                name="accounts_event_unrecognized",
            ),
        ),
    ]
