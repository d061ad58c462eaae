"""An erasure empties events of all that a person typed, and knows the addresses an account had."""

from __future__ import annotations

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import foundation.identifiers

before = import_module("accounts.migrations.0003_events_of_both_environments")

# What of an event can change: `user_id`, `purpose`, `domain` and `request_id` can be emptied, and
# `meta` can lose the names that were given and the address from which that was done.
POSTGRESQL = """
    CREATE OR REPLACE FUNCTION accounts_auditevent_append_only() RETURNS trigger LANGUAGE plpgsql
    AS $$
    DECLARE
        emptied accounts_auditevent := OLD;
        words text[] := ARRAY['address', 'name', 'new_name'];
    BEGIN
        IF NEW.user_id IS NULL THEN
            emptied.user_id := NULL;
        END IF;
        IF NEW.purpose IS NULL THEN
            emptied.purpose := NULL;
        END IF;
        IF NEW.domain IS NULL THEN
            emptied.domain := NULL;
        END IF;
        IF NEW.request_id = '' THEN
            emptied.request_id := '';
        END IF;
        IF NEW.meta - words = OLD.meta - words AND NEW.meta <@ OLD.meta THEN
            emptied.meta := NEW.meta;
        END IF;
        IF NEW IS DISTINCT FROM emptied THEN
            RAISE EXCEPTION 'audit events are append-only'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
"""

# SQLite drops a table's triggers when Django remakes it to change a column: a migration that does
# must create them again, these and 0007's (tests/memory/test_append_only.py tells).
SQLITE = (
    """
    CREATE TRIGGER accounts_auditevent_append_only BEFORE UPDATE OF
        id, subject_id, event_type, app_id, environment, api_key_id, scope, purpose_class,
        memory_ids, revocation_grant_id, reason_code, decision_id, policy_version, created_at
    ON accounts_auditevent
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
    """
    CREATE TRIGGER accounts_auditevent_user_id_only_emptied
    BEFORE UPDATE OF user_id, purpose, domain, request_id ON accounts_auditevent
    WHEN (NEW.user_id IS NOT NULL AND NEW.user_id IS NOT OLD.user_id)
        OR (NEW.purpose IS NOT NULL AND NEW.purpose IS NOT OLD.purpose)
        OR (NEW.domain IS NOT NULL AND NEW.domain IS NOT OLD.domain)
        OR (NEW.request_id IS NOT '' AND NEW.request_id IS NOT OLD.request_id)
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
    """
    CREATE TRIGGER accounts_auditevent_meta_only_loses_its_address BEFORE UPDATE OF meta
    ON accounts_auditevent
    WHEN NEW.meta IS NOT OLD.meta AND (
        json_remove(NEW.meta, '$.address', '$.name', '$.new_name')
            IS NOT json_remove(OLD.meta, '$.address', '$.name', '$.new_name')
        OR EXISTS (
            SELECT 1 FROM json_each(NEW.meta) AS new
            WHERE new.key IN ('address', 'name', 'new_name') AND NOT EXISTS (
                SELECT 1 FROM json_each(OLD.meta) AS old
                WHERE old.key = new.key AND old.type = new.type AND old.value IS new.value
            )
        )
    )
    BEGIN
        SELECT RAISE(ABORT, 'audit events are append-only');
    END
    """,
)


def replace_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    before.drop_triggers_of_sqlite(schema_editor)
    for statement in SQLITE:
        schema_editor.execute(statement, params=None)


def erase_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the next upkeep take the words from what was erased before, too."""
    for name in ("Project", "User"):
        erased = apps.get_model("accounts", name).objects.filter(erased_at__isnull=False)
        erased.update(erased_at=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_who_asked_for_a_new_password")]

    operations = [
        migrations.CreateModel(
            "FormerAddress",
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
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("until", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_addresses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(replace_triggers, before.replace_triggers),
        migrations.RunPython(erase_again, migrations.RunPython.noop),
    ]
