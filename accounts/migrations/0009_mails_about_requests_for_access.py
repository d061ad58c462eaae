"""What is to be mailed about a request for access stands in its row, not in a process's memory."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F


def told_already(apps, schema_editor):
    """The receipts of earlier requests were sent when they were made."""
    requests = apps.get_model("accounts", "AccessRequest").objects
    requests.update(told_at=F("created_at"), asked_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_keys_of_a_project"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessrequest",
            name="asked_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="accessrequest",
            name="had_account",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="accessrequest",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="accessrequest",
            name="next_try_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="accessrequest",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="accessrequest",
            index=models.Index(
                condition=models.Q(("told_at", None)),
                fields=["next_try_at"],
                name="accounts_request_waiting",
            ),
        ),
        migrations.RunPython(told_already, migrations.RunPython.noop),
    ]
