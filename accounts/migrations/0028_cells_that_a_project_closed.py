"""A project may close cells of the policy's matrix in each environment; at first none, as before."""

from __future__ import annotations

from django.db import migrations, models


def closed() -> models.JSONField:
    nothing = models.Value([], models.JSONField())
    return models.JSONField(db_default=nothing, default=list, editable=False)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0027_denied_reads_by_time")]

    operations = [
        migrations.AddField("project", "closed_in_test", closed()),
        migrations.AddField("project", "closed_in_live", closed()),
    ]
