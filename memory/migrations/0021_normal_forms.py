"""What a value says is kept beside it: memory/normal_forms.py.

What is there already has none yet. Reads look at the value then, as before; `manage.py normalize`
makes the forms while the service runs. Processes of the version before store without one.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("memory", "0020_answers_without_their_own_index")]

    operations = [
        migrations.AddField(
            "memory",
            "normal_form",
            models.TextField(
                db_default="",
                default="",
                help_text="What it says, as merging needs it; or empty.",
            ),
        ),
        migrations.AddField(
            "memory",
            "normal_version",
            models.IntegerField(
                db_default=0, default=0, help_text="By which rules; 0: by none yet."
            ),
        ),
    ]
