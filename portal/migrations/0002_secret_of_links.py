"""A link ends with the secret that made it, too."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_links")]

    operations = [
        migrations.AddField(model_name="link", name="secret_id", field=models.UUIDField(null=True)),
    ]
