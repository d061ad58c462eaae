"""The table of the cache that all processes share where there is no Redis."""

from django.db import migrations

TABLE = "accounts_cache"


def create(apps, schema_editor):
    # As `createcachetable` makes it, whatever cache is configured now: Redis can go again.
    from django.core.management.commands.createcachetable import Command

    command = Command()
    command.verbosity = 0
    command.create_table(schema_editor.connection.alias, TABLE, dry_run=False)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_events_of_projects_and_accounts")]

    operations = [migrations.RunPython(create, drop)]
