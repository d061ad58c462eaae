"""Makes days of hours: of each key, and the sums of them that pages of a project add up.

What is counted in the days leaves UsageHour in the same transaction, so that all usage is always
hours and days together. By statements of the database: a day can have more rows than fit here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from apikeys.models import UsageHour
from apikeys.usage.kinds import REQUESTS_OF
from apikeys.usage.periods import DAY
from apikeys.usage.samples import ADDED, BUCKET, HOUR, adding_to
from foundation import sql

# Two at once would insert the same days in an order of the database's own, and end in a deadlock.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('roll up usage', 0))"


class WrittenMeanwhile(Exception):
    """A day got rows between the moment they were added up and the one they were removed."""


@transaction.atomic
def roll_up(day: datetime) -> int:
    """Count the hours of the day that begins at `day` as days. Return how many rows they were.

    They stay in PastHour. Raises WrittenMeanwhile, and changes nothing, when somebody else writes
    to this day at this moment.
    """
    if connection.vendor == "postgresql":
        sql.rows(ONE_AT_A_TIME, ())
    hours = UsageHour.objects.since(day).before(day + DAY)
    # In the order in which the collector writes them, or each could wait for the other.
    locked = hours.select_for_update().order_by(*BUCKET).values_list("hour")
    count = sum(1 for _ in locked.iterator())
    sql.change(KEEP_HOURS, (day, day + DAY))
    for statement in ADD_TO_DAYS:
        sql.change(statement, (day, day, day + DAY))
    if hours.delete()[0] != count:
        raise WrittenMeanwhile
    return count


def _adding(
    table: str, by: Sequence[str], of: Sequence[str], sums: Mapping[str, str], **said: str
) -> str:
    """Return the statement that adds hours to the rows of their day, the first of its values.

    `of` are columns by which hours are told apart, `by` the table's primary key, `sums` what is
    added up for which column; `said` is what stands in a column of each row.
    """
    columns = ", ".join(("hour", *said, *of, *sums))
    values = ", ".join(("%s", *said.values(), *of, *(f"SUM({one})" for one in sums.values())))
    return (
        f"INSERT INTO {table} ({columns}) SELECT {values}"  # noqa: S608 - names of ours
        f" FROM apikeys_usagehour WHERE hour >= %s AND hour < %s GROUP BY {', '.join(of)}"
        f" {adding_to(table, by=by, columns=list(sums))}"
    )


OWNED = ("project_id", "environment")
OF_KEY = ("key_id", "endpoint", "hour")
OF_PROJECT = (*OWNED, "hour", "endpoint", "status", "code")
ENDED = ("endpoint", "status", "code")
AS_THEY_ARE = {name: name for name in ADDED}
BY_KIND = {**REQUESTS_OF, **AS_THEY_ARE}

KEEP_HOURS = (
    f"INSERT INTO apikeys_pasthour ({', '.join(HOUR)}) SELECT {', '.join(HOUR)}"  # noqa: S608 - names of ours
    f" FROM apikeys_usagehour WHERE hour >= %s AND hour < %s {adding_to('apikeys_pasthour')}"
)
ADD_TO_DAYS = (
    _adding("apikeys_usageday", BUCKET, ("key_id", *ENDED, *OWNED), AS_THEY_ARE),
    _adding("apikeys_keyday", OF_KEY, ("key_id", "endpoint", *OWNED), BY_KIND),
    _adding("apikeys_keyday", OF_KEY, ("key_id", *OWNED), BY_KIND, endpoint="''"),
    _adding("apikeys_projectday", OF_PROJECT, (*OWNED, *ENDED), AS_THEY_ARE),
)
