"""Operators write notes about requests for access, accounts and projects."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import foundation.identifiers


def about(model):
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="notes",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_cohorts_and_mails_when_declined")]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.TextField(max_length=2000)),
                ("created_at", models.DateTimeField()),
                ("access_request", about("accounts.accessrequest")),
                ("account", about(settings.AUTH_USER_MODEL)),
                ("project", about("accounts.project")),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(access_request__isnull=False, account=None, project=None)
                        | Q(access_request=None, account__isnull=False, project=None)
                        | Q(access_request=None, account=None, project__isnull=False),
                        name="accounts_note_is_about_one",
                    ),
                    models.CheckConstraint(
                        condition=~Q(text=""), name="accounts_note_says_something"
                    ),
                ],
            },
        ),
    ]
