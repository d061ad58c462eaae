"""The purposes that projects register."""

from __future__ import annotations

from django.db import migrations, models

import foundation.identifiers

CLASSES = [
    "content_generation",
    "recommendation",
    "scheduling",
    "task_execution",
    "notification_delivery",
    "ui_rendering",
]
STATES = ["proposed", "approved", "retired"]


def words(names: list[str]) -> models.CharField:
    return models.CharField(choices=[(name, name) for name in names], max_length=32)


def who() -> models.CharField:
    return models.CharField(
        default="", help_text="An account's id, or what did it in its place.", max_length=64
    )


class Migration(migrations.Migration):
    dependencies = [("memory", "0005_room_in_a_project")]

    operations = [
        migrations.CreateModel(
            "Purpose",
            [
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("project_id", models.UUIDField()),
                ("purpose_id", models.CharField(max_length=64, verbose_name="purpose")),
                ("sentence", models.CharField(max_length=500)),
                ("purpose_class", words(CLASSES)),
                (
                    "scopes",
                    models.JSONField(
                        help_text="Empty: every scope that its class may read.", null=True
                    ),
                ),
                ("environments", models.JSONField()),
                ("state", words(STATES)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", who()),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", who()),
                ("retired_at", models.DateTimeField(null=True)),
                ("retired_by", who()),
            ],
            options={
                "ordering": ("purpose_id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project_id", "purpose_id"),
                        name="memory_purpose_is_registered_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(purpose_class__in=CLASSES),
                        name="memory_purpose_class_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(revision__gt=0),
                        name="memory_purpose_revision_positive",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(purpose_id="") & ~models.Q(sentence=""),
                        name="memory_purpose_says_something",
                    ),
                    models.CheckConstraint(
                        condition=(models.Q(approved_at=None) | models.Q(retired_at__isnull=False))
                        & models.Q(state="proposed")
                        | models.Q(approved_at__isnull=False, retired_at=None, state="approved")
                        | models.Q(retired_at__isnull=False, state="retired"),
                        name="memory_purpose_state_known",
                    ),
                ],
            },
        ),
    ]
