"""What is told of one user, and what is exported, have events."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models

before = import_module("accounts.migrations.0020_events_of_lists")
triggers = import_module("accounts.migrations.0018_events_of_purposes")

EVENT_TYPES = [*before.EVENT_TYPES, "USER_VIEW", "USER_EXPORT"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_events_of_lists")]

    operations = [
        # On SQLite, Django remakes the table without its triggers, forwards and backwards.
        migrations.RunPython(migrations.RunPython.noop, triggers.let_go_of_purposes),
        migrations.RemoveConstraint("auditevent", "accounts_event_type_is_known"),
        migrations.AlterField(
            "auditevent",
            "event_type",
            models.CharField(
                choices=[(name, name.replace("_", " ").title()) for name in EVENT_TYPES],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            "auditevent",
            models.CheckConstraint(
                condition=models.Q(event_type__in=EVENT_TYPES),
                name="accounts_event_type_is_known",
            ),
        ),
        migrations.RunPython(triggers.let_go_of_purposes, migrations.RunPython.noop),
    ]
