"""The reads that were denied are counted from an index alone, and found without a walk."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0025_notes_of_operators")]

    operations = [
        migrations.AddIndex(
            "auditevent",
            models.Index(
                condition=models.Q(event_type="POLICY_DENIED", purpose_class__isnull=False),
                fields=["app_id", "environment", "id"],
                include=["created_at", "api_key_id", "scope", "purpose_class", "reason_code"],
                name="accounts_event_denied",
            ),
        ),
    ]
