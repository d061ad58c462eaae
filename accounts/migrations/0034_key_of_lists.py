"""Lists of ids get the subject of the events that name them, and their primary key holds it.

A day of a project at a time, by the database: what was cancelled is gone on with. A list whose events
are gone stays nobody's, until it goes with its day.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from uuid import UUID

from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from foundation.identifiers import first_id
from foundation.migrating import narrow_key, widen_key

before = import_module("accounts.migrations.0016_ids_of_many_memories")

KEY = ("accounts_idlist", "accounts_idlist_pkey")
COLUMNS = ("app_id", "day", "digest")
NOBODY = UUID(int=0)
CLOCKS = timedelta(hours=1)  # more than the clocks of two machines differ

# The trigger lets nobody's lists change meanwhile. Putting the function in place of the one before
# holds nobody up, as taking the trigger off the table would.
STRICT = before.POSTGRESQL.partition("CREATE TRIGGER")[0].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
LENIENT = STRICT.replace(
    "    BEGIN\n",
    f"""    BEGIN
        IF TG_LEVEL = 'ROW' THEN
            IF OLD.subject_id = '{NOBODY}' THEN
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END IF;
        END IF;
""",
    1,
)
FILL = """
    UPDATE accounts_idlist AS list SET subject_id = event.subject_id
    FROM accounts_auditevent AS event
    WHERE list.app_id = %s AND list.day = %s AND list.subject_id = %s
        AND event.app_id = %s AND event.id >= %s AND event.id < %s
        AND event.created_at >= %s AND event.created_at < %s
        AND event.meta ->> 'memory_ids_sha256' = encode(list.digest, 'hex')
"""
FILL_SQLITE = """
    UPDATE accounts_idlist SET subject_id = coalesce((
        SELECT subject_id FROM accounts_auditevent AS event
        WHERE event.app_id = %s AND event.id >= %s AND event.id < %s
            AND event.created_at >= %s AND event.created_at < %s
            AND json_extract(event.meta, '$.memory_ids_sha256') = lower(hex(digest))
        LIMIT 1
    ), subject_id)
    WHERE app_id = %s AND day = %s AND subject_id = %s
"""
# Once the key is wide, the same list may be there under its subject too: one of them is enough.
FORGET_TWINS = """
    DELETE FROM accounts_idlist AS nobodys WHERE subject_id = %s AND EXISTS (
        SELECT FROM accounts_idlist AS list
        WHERE list.app_id = nobodys.app_id AND list.day = nobodys.day
            AND list.digest = nobodys.digest AND list.subject_id <> nobodys.subject_id
    )
"""


def fill_and_widen(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    lists = apps.get_model("accounts", "IdList").objects.filter(subject_id=NOBODY)
    if schema_editor.connection.vendor == "postgresql":
        _run(schema_editor, LENIENT)
        _run(schema_editor, FORGET_TWINS, NOBODY)
        for app_id, day in _days(lists):
            _run(schema_editor, FILL, app_id, day, NOBODY, app_id, *_bounds(day))
        _run(schema_editor, STRICT)
        widen_key(schema_editor, *KEY, (*COLUMNS, "subject_id"))
        return
    with transaction.atomic(using=schema_editor.connection.alias):
        before.drop_triggers(apps, schema_editor)
        for app_id, day in _days(lists):
            ids_and_times = [_of_sqlite(value) for value in _bounds(day)]
            values = (app_id.hex, *ids_and_times, app_id.hex, day.isoformat(), NOBODY.hex)
            _run(schema_editor, FILL_SQLITE, *values)
        before.create_triggers(apps, schema_editor)


def narrow(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        _run(schema_editor, LENIENT)
        _run(schema_editor, FORGET_TWINS, NOBODY)
        _run(schema_editor, STRICT)
        narrow_key(schema_editor, *KEY, COLUMNS)


def _days(lists):
    """Yield each project and day that has lists, however many: the key leads from one to the next."""
    rest = lists.order_by("app_id", "day").values_list("app_id", "day")
    found = rest.first()
    while found is not None:
        yield found
        app_id, day = found
        found = rest.filter(Q(app_id__gt=app_id) | Q(app_id=app_id, day__gt=day)).first()


def _bounds(day):
    """Return the ids and the times between which the events of a day are."""
    begins = datetime.combine(day, time(), UTC)
    ends = begins + timedelta(days=1)
    return first_id(begins - CLOCKS), first_id(ends + CLOCKS), begins, ends


def _of_sqlite(value):
    return value.hex if isinstance(value, UUID) else str(value.replace(tzinfo=None))


def _run(schema_editor: BaseDatabaseSchemaEditor, statement: str, *values: object) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(statement, values or None)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0033_subjects_of_lists")]

    operations = [migrations.RunPython(fill_and_widen, narrow)]
