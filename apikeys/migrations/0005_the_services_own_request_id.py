"""A logged request keeps the service's own id beside the one that a caller may choose."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0004_notices_about_accounts")]

    operations = [
        migrations.AddField(
            "loggedrequest",
            "server_request_id",
            models.UUIDField(
                help_text="The service's own, which ties it to its events in the record.",
                null=True,
            ),
        ),
        migrations.AlterField(
            "loggedrequest",
            "request_id",
            models.CharField(
                help_text="As the answer carries it: the caller's own, if it sent one.",
                max_length=64,
            ),
        ),
    ]
