"""People choose which mails about their keys they get."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_lowered_limits_of_projects"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="mail_deletion",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_expiry",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_new_address",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_rotation",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
    ]
