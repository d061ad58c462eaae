"""A project's events are paged by their ids, which rise with time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_mail_choices"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="auditevent",
            name="accounts_event_by_project",
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["app_id", "id"], name="accounts_event_by_project"),
        ),
    ]
