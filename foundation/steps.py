"""Names the hour or the day (UTC) in which a time is, for a statement that adds up by it."""

from __future__ import annotations

from django.db import connection

# The way of PostgreSQL's that asks no calendar: steps begin so many seconds after this midnight.
POSTGRESQL = "date_bin('1 {step}', {column}, TIMESTAMPTZ '2000-01-01 00:00:00+00')"
SQLITE = "strftime('{written}', {column})"
WRITTEN = {"hour": "%%Y-%%m-%%d %%H:00:00", "day": "%%Y-%%m-%%d 00:00:00"}


def beginning_of(column: str, *, hourly: bool) -> str:
    """Return the expression; `sql.as_moment` reads what it gives, which of SQLite is text."""
    step = "hour" if hourly else "day"
    if connection.vendor == "postgresql":
        return POSTGRESQL.format(step=step, column=column)
    return SQLITE.format(written=WRITTEN[step], column=column)
