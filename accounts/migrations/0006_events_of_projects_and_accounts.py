"""The record tells of projects and accounts too."""

from importlib import import_module

from django.db import migrations, models

triggers = import_module("accounts.migrations.0002_audit_events_are_append_only")


# SQLite remakes the table for a new constraint, and the triggers that hold it go with the old one.
def create_triggers_again(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        triggers.create_triggers(apps, schema_editor)


def drop_triggers_first(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        triggers.drop_triggers(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_closed_beta")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, create_triggers_again),
        migrations.RemoveConstraint(
            model_name="auditevent",
            name="accounts_event_type_is_known",
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="event_type",
            field=models.CharField(
                choices=[
                    ("MEMORY_CREATE", "Memory Create"),
                    ("MEMORY_READ", "Memory Read"),
                    ("POLICY_DENIED", "Policy Denied"),
                    ("MEMORY_REVOKE", "Memory Revoke"),
                    ("MEMORY_DELETE", "Memory Delete"),
                    ("USER_ERASE", "User Erase"),
                    ("KEY_CREATE", "Key Create"),
                    ("KEY_ROTATE", "Key Rotate"),
                    ("KEY_UPDATE", "Key Update"),
                    ("KEY_DELETE", "Key Delete"),
                    ("PROJECT_UPDATE", "Project Update"),
                    ("PROJECT_DELETE", "Project Delete"),
                    ("ACCOUNT_CLOSE", "Account Close"),
                    ("ACCOUNT_REOPEN", "Account Reopen"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "event_type__in",
                        [
                            "MEMORY_CREATE",
                            "MEMORY_READ",
                            "POLICY_DENIED",
                            "MEMORY_REVOKE",
                            "MEMORY_DELETE",
                            "USER_ERASE",
                            "KEY_CREATE",
                            "KEY_ROTATE",
                            "KEY_UPDATE",
                            "KEY_DELETE",
                            "PROJECT_UPDATE",
                            "PROJECT_DELETE",
                            "ACCOUNT_CLOSE",
                            "ACCOUNT_REOPEN",
                        ],
                    )
                ),
                name="accounts_event_type_is_known",
            ),
        ),
        migrations.RunPython(create_triggers_again, drop_triggers_first),
    ]
