"""The reads that were denied stand in the order of their times, in which they are asked for."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0026_denied_reads")]

    operations = [
        migrations.RemoveIndex("auditevent", "accounts_event_denied"),
        migrations.AddIndex(
            "auditevent",
            models.Index(
                condition=models.Q(event_type="POLICY_DENIED", purpose_class__isnull=False),
                fields=["app_id", "environment", "created_at", "id"],
                include=["api_key_id", "scope", "purpose_class", "reason_code"],
                name="accounts_event_denied",
            ),
        ),
    ]
