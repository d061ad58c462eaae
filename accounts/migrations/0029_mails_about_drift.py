"""People choose whether they are mailed when a key is used in a new way."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0028_cells_that_a_project_closed"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="mail_drift",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
    ]
