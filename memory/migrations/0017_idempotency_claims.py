"""Idempotency-Keys are claimed before they are used: memory/idempotency.py."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("memory", "0016_grants_by_token_and_subject")]

    operations = [
        migrations.CreateModel(
            "IdempotencyClaim",
            [
                (
                    "id",
                    models.UUIDField(
                        editable=False,
                        help_text="The key's pseudonym.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("request_digest", models.BinaryField(max_length=32)),
                ("subject_id", models.UUIDField()),
                ("project_id", models.UUIDField()),
                ("expires_at", models.DateTimeField()),
                (
                    "attempt",
                    models.UUIDField(
                        help_text="Who may take the claim back. Empty: nobody, for others rely on it.",
                        null=True,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["expires_at"], name="memory_claim_by_expiry"),
                    models.Index(fields=["subject_id"], name="memory_claim_by_subject"),
                ],
            },
        ),
    ]
