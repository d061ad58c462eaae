"""What each project keeps is counted; what is there already is counted here, once."""

from __future__ import annotations

import datetime

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Count, Q


def count(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    now = datetime.datetime.now(datetime.UTC)
    unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
    Tally = apps.get_model("memory", "Tally")
    for kind, name, live in (
        ("memories", "Memory", Q(hidden_at=None)),
        ("grants", "RevocationGrant", Q(revoked_at=None)),
        ("idempotency_keys", "IdempotencyRecord", Q()),
    ):
        rows = apps.get_model("memory", name).objects.filter(live & unexpired)
        sums = rows.order_by().values("project_id", "environment").annotate(used=Count("pk"))
        Tally.objects.bulk_create(
            Tally(**one, kind=kind, shard=0, allowed=0, most=0, settled_at=now) for one in sums
        )


class Migration(migrations.Migration):
    dependencies = [("memory", "0003_room_in_a_partition")]

    operations = [
        migrations.CreateModel(
            "Tally",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "project_id",
                        "environment",
                        "kind",
                        "shard",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("project_id", models.UUIDField()),
                ("environment", models.CharField(max_length=4)),
                ("kind", models.CharField(max_length=16)),
                ("shard", models.PositiveSmallIntegerField()),
                (
                    "used",
                    models.BigIntegerField(
                        help_text="Below 0: rows were taken off that others counted."
                    ),
                ),
                ("allowed", models.BigIntegerField(help_text="How far `used` may go.")),
                (
                    "most",
                    models.PositiveBigIntegerField(
                        help_text="The ceiling by which that was dealt out."
                    ),
                ),
                (
                    "settled_at",
                    models.DateTimeField(
                        help_text="Of shard 0: until when expiries are taken off."
                    ),
                ),
            ],
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
