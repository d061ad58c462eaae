"""Rights, passwords, second factors and accounts that are switched off have events."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations, models

before = import_module("accounts.migrations.0003_events_of_both_environments")

EVENT_TYPES = [
    *before.EVENT_TYPES,
    "ACCOUNT_UPDATE",
    "ACCOUNT_DISABLE",
    "ACCOUNT_ENABLE",
    "RIGHTS_UPDATE",
    "PASSWORD_CHANGE",
    "PASSWORD_RESET",
    "RESET_MAIL",
    "SECOND_FACTOR_ADD",
    "SECOND_FACTOR_REMOVE",
    "RECOVERY_CODES_CREATE",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_one_home_for_limits")]

    operations = [
        # Django remakes the table on SQLite, without its triggers: forwards and back.
        migrations.RunPython(migrations.RunPython.noop, before.replace_triggers),
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
        migrations.RunPython(before.replace_triggers, migrations.RunPython.noop),
    ]
