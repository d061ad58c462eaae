"""The primary key of events holds the column by which the table can be spread over machines."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from foundation.migrating import narrow_key, widen_key

KEY = ("accounts_auditevent", "accounts_auditevent_pkey")


def widen(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    widen_key(schema_editor, *KEY, ("id", "subject_id"))


def narrow(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    narrow_key(schema_editor, *KEY, ("id",))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0031_where_people_write_to")]

    operations = [migrations.RunPython(widen, narrow)]
