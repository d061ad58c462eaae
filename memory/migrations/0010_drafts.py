"""Changes of a project's policy that somebody tries out before they hold."""

from __future__ import annotations

from django.db import migrations, models

import foundation.identifiers

ENVIRONMENTS = ("test", "live")


class Migration(migrations.Migration):
    dependencies = [("memory", "0009_erasures")]

    operations = [
        migrations.CreateModel(
            "Draft",
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
                (
                    "environment",
                    models.CharField(choices=[("test", "Test"), ("live", "Live")], max_length=4),
                ),
                (
                    "takes",
                    models.CharField(
                        default="", help_text="Empty: what is taken stays.", max_length=16
                    ),
                ),
                ("closes", models.JSONField(default=list)),
                ("purposes", models.JSONField(default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=64)),
                ("shadow_since", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["project_id", "environment"], name="memory_draft_is_one_for_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(environment__in=ENVIRONMENTS),
                        name="memory_draft_environment_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(takes__in=["", "any", "declared", "registered"]),
                        name="memory_draft_takes_known_purposes",
                    ),
                ],
            },
        ),
    ]
