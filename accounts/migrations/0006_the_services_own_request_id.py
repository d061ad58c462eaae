"""An event keeps the service's own id of its request beside the one that a caller may choose."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_security_events")]

    operations = [
        migrations.AddField(
            "auditevent",
            "server_request_id",
            models.UUIDField(
                help_text="The service's own; none for what no request did.", null=True
            ),
        ),
        migrations.AlterField(
            "auditevent",
            "request_id",
            models.CharField(
                help_text="As the answer carries it: the caller's own, if it sent one.",
                max_length=64,
            ),
        ),
    ]
