"""The index behind the unique constraint of answers begins with the subject, too."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("memory", "0019_answers_by_subject")]

    operations = [
        migrations.RemoveIndex("idempotencyrecord", "memory_idempotency_by_subject"),
    ]
