"""The links that open people's own pages."""

from __future__ import annotations

from django.db import migrations, models

import foundation.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("subject_id", models.UUIDField()),
                ("project_id", models.UUIDField()),
                ("environment", models.CharField(max_length=4)),
                ("user_id", models.CharField(max_length=255)),
                ("key_id", models.UUIDField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("session_digest", models.BinaryField(max_length=32, null=True, unique=True)),
                ("session_ends_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_id"], name="portal_link_by_subject"),
                    models.Index(fields=["expires_at"], name="portal_link_by_expiry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("environment__in", ("test", "live"))),
                        name="portal_link_environment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="portal_link_expiry",
                    ),
                ],
            },
        ),
    ]
