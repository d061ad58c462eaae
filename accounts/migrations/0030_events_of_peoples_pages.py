"""What people do on the pages about themselves has events."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models

before = import_module("accounts.migrations.0021_events_of_users")
triggers = import_module("accounts.migrations.0023_reasons_of_looks")

EVENT_TYPES = [
    *before.EVENT_TYPES,
    "USER_LINK",
    "USER_LINK_OPEN",
    "MEMORY_DISPUTE",
    "MEMORY_DISPUTE_END",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0029_mails_about_drift")]

    operations = [
        # On SQLite, Django remakes the table without its triggers, forwards and backwards.
        migrations.RunPython(migrations.RunPython.noop, triggers.let_go_of_reasons),
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
        migrations.RunPython(triggers.let_go_of_reasons, migrations.RunPython.noop),
    ]
