"""Days that were rolled up leave the table of hours, and are summed up by key and by project.

A day at a time, by the database: how much there is does not matter, and what stopped half-way goes
on. Requests that are written meanwhile wait for a day's end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import migrations, transaction
from django.db.models.functions import TruncDate

BOUNDS = ("2", "5", "10", "20", "50", "100", "200", "500", "2000")
ADDED = ("requests", *(f"under_{bound}" for bound in BOUNDS), "over")
BUCKET = ("key_id", "hour", "endpoint", "status", "code")
OWNED = ("project_id", "environment")
COLUMNS = (*BUCKET, *OWNED, *ADDED)
KINDS = {
    "served": "status < 400",
    "denied": "status = 403 AND code = 'policy_denied'",
    "limited": "status = 429",
    "failed": "status >= 500",
}


def _summing(table, of, *, by, kinds=(), said=""):
    sums = {name: f"SUM(CASE WHEN {KINDS[name]} THEN requests ELSE 0 END)" for name in kinds}
    sums |= {name: f"SUM({name})" for name in ADDED}
    extra, value = ("endpoint, ", f"{said}, ") if said else ("", "")
    names = ", ".join(of)
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    return (
        f"INSERT INTO {table} (hour, {extra}{names}, {', '.join(sums)})"  # noqa: S608 - names of ours
        f" SELECT hour, {value}{names}, {', '.join(sums.values())}"
        f" FROM apikeys_usagehour WHERE hour = %s GROUP BY hour, {names}"
        f" ON CONFLICT ({', '.join(by)}) DO UPDATE SET {added}"
    )


ENDED = ("endpoint", "status", "code")
OF_KEY = ("key_id", "endpoint", "hour")
MOVE = (
    _summing("apikeys_usageday", ("key_id", *ENDED, *OWNED), by=BUCKET),
    _summing("apikeys_keyday", ("key_id", "endpoint", *OWNED), by=OF_KEY, kinds=KINDS),
    _summing("apikeys_keyday", ("key_id", *OWNED), by=OF_KEY, kinds=KINDS, said="''"),
    _summing("apikeys_projectday", (*OWNED, *ENDED), by=(*OWNED, "hour", *ENDED)),
    "DELETE FROM apikeys_usagehour WHERE hour = %s",
)
BACK = (
    f"INSERT INTO apikeys_usagehour ({', '.join(COLUMNS)})"  # noqa: S608 - names of ours
    f" SELECT {', '.join(COLUMNS)} FROM apikeys_usageday WHERE hour = %s"
    f" ON CONFLICT ({', '.join(BUCKET)}) DO UPDATE SET "
    + ", ".join(f"{name} = apikeys_usagehour.{name} + excluded.{name}" for name in ADDED),
    *(
        f"DELETE FROM apikeys_{table} WHERE hour = %s"  # noqa: S608 - names of ours
        for table in ("usageday", "keyday", "projectday")
    ),
)


def _change(connection, day, statements):
    value = day if connection.vendor == "postgresql" else day.strftime("%Y-%m-%d %H:%M:%S")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE apikeys_usagehour IN SHARE ROW EXCLUSIVE MODE")
        for statement in statements:
            cursor.execute(statement, [value])


def move(apps, schema_editor):
    hours = apps.get_model("apikeys", "UsageHour").objects.order_by()
    past = apps.get_model("apikeys", "PastHour").objects.order_by()
    over = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = hours.filter(hour__lt=over).annotate(day=TruncDate("hour", tzinfo=UTC))
    for one in sorted(found.values_list("day", flat=True).distinct()):
        day = datetime(one.year, one.month, one.day, tzinfo=UTC)
        later = {"hour__gt": day, "hour__lt": day + timedelta(days=1)}
        kept = {"hour__gte": day, "hour__lt": day + timedelta(days=1)}
        # Other hours of a day that was rolled up came late; of one that was not, they are hours.
        if past.filter(**kept).exists() or not hours.filter(**later).exists():
            _change(schema_editor.connection, day, MOVE)


def move_back(apps, schema_editor):
    days = apps.get_model("apikeys", "UsageDay").objects.order_by()
    for day in sorted(days.values_list("hour", flat=True).distinct()):
        _change(schema_editor.connection, day, BACK)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("apikeys", "0015_days_of_keys_and_projects")]

    operations = [migrations.RunPython(move, move_back)]
