"""Accounts can be closed and projects deleted; a deleted project gives its name free."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_limits_of_projects")]

    operations = [
        migrations.RemoveConstraint(
            model_name="project",
            name="accounts_project_name_is_unique",
        ),
        migrations.AddField(
            model_name="project",
            name="deleted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="closed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Set by the person: the keys have stopped, and the data is erased after a delay.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("deleted_at", None)),
                name="accounts_project_live_name_is_unique",
                violation_error_message="This account already has a project with this name.",
            ),
        ),
    ]
