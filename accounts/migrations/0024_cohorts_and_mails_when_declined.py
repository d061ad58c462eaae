"""Who was let in together, and what an operator wrote to whoever was declined."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0023_reasons_of_looks")]

    operations = [
        migrations.AddField(
            "accessrequest",
            "cohort",
            models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            "user",
            "cohort",
            models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            "accessrequest",
            "decline_mail",
            models.TextField(
                blank=True,
                db_default="",
                default="",
                max_length=2000,
                verbose_name="mail when declined",
            ),
        ),
    ]
