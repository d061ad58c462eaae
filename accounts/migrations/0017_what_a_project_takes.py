"""A project says which purposes it takes in each environment; at first any, as before."""

from __future__ import annotations

from django.db import migrations, models

TAKES = ("any", "declared", "registered")


def taken() -> models.CharField:
    return models.CharField(db_default="any", default="any", editable=False, max_length=16)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_ids_of_many_memories")]

    operations = [
        migrations.AddField(
            "project",
            "purposes_revision",
            models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField("project", "takes_in_test", taken()),
        migrations.AddField("project", "takes_in_live", taken()),
        migrations.AddConstraint(
            "project",
            models.CheckConstraint(
                condition=models.Q(takes_in_live__in=TAKES, takes_in_test__in=TAKES),
                name="accounts_project_takes_known_purposes",
            ),
        ),
    ]
