"""The request log is read by environment, and what was not served by itself."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0011_notices_about_changed_rights")]

    operations = [
        migrations.AddIndex(
            "loggedrequest",
            models.Index(
                fields=["project_id", "environment", "id"], name="apikeys_log_by_environment"
            ),
        ),
        migrations.AddIndex(
            "loggedrequest",
            models.Index(
                fields=["project_id", "environment", "id"],
                condition=Q(status__gte=400),
                name="apikeys_log_of_errors",
            ),
        ),
        migrations.RemoveIndex("loggedrequest", "apikeys_log_by_project"),
    ]
