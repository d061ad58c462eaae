"""PostgreSQL's key of the request log has the column by which the log can be spread."""

from __future__ import annotations

from django.db import migrations

from foundation.migrating import narrow_key, widen_key

KEY = ("apikeys_loggedrequest", "apikeys_loggedrequest_pkey")


def widen(apps, schema_editor):
    widen_key(schema_editor, *KEY, ["id", "writer"])


def narrow(apps, schema_editor):
    narrow_key(schema_editor, *KEY, ["id"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("apikeys", "0017_writer_of_logged_requests")]

    operations = [migrations.RunPython(widen, narrow)]
