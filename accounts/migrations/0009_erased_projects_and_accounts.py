"""It is kept when a project and an account were erased."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_verified_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="erased_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Set: what was stored in it is gone from the database.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="erased_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
