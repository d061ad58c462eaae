"""Multiplies rows inside the database: one row that the models made, copied many times over.

A hundred thousand rows are there in a second, and what a row holds is still up to the models
alone: every column is the copied row's unless told otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from django.db.models import Model

COPIES_AT_ONCE = 1_000
FILLED_AT_ONCE = 200_000

# Ids that rise with time, as the application's own do: UUIDv7 but for its variant bits.
POSTGRESQL_ID = (
    "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')"
    " || '7' || substr(md5(random()::text), 1, 19))::uuid"
)
# The same of a moment in milliseconds.
POSTGRESQL_ID_OF = (
    "(lpad(to_hex(moment), 12, '0') || '7' || substr(md5(random()::text), 1, 19))::uuid"
)
SQLITE_ID_OF = "printf('%%012x7', moment) || substr(lower(hex(randomblob(10))), 1, 19)"
SQLITE_TIME_OF = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', moment / 1000.0, 'unixepoch')"
SQLITE_ID = "printf('%%012x7', {milliseconds}) || substr(lower(hex(randomblob(10))), 1, 19)"


def copy_to_users(template: type[Model], subject: UUID, users: Sequence[tuple[UUID, str]]) -> None:
    """Give each user, by pseudonym and id, a copy of every row that `subject` has."""
    from foundation import sql

    for start in range(0, len(users), COPIES_AT_ONCE):
        batch = users[start : start + COPIES_AT_ONCE]
        values = ", ".join(["(%s, %s)"] * len(batch))
        statement = (
            f"WITH users (subject, name) AS (VALUES {values}) "
            + _insert(template, {"id": _new_id(), "subject_id": "subject", "user_id": "name"})
            + " CROSS JOIN users WHERE template.subject_id = %s"
        )
        sql.change(statement, [part for user in batch for part in user] + [subject])


def fill(template: type[Model], subject: UUID, users: int) -> None:
    """Give so many made-up users a copy of every row that `subject` has."""
    from django.db import connection

    for first in range(0, users, FILLED_AT_ONCE):
        last = min(first + FILLED_AT_ONCE, users) - 1
        if connection.vendor == "postgresql":
            numbers = (
                f"WITH users AS MATERIALIZED (SELECT md5('filled-' || number)::uuid AS subject,"
                f" 'filled-' || number AS name FROM generate_series({first}, {last}) AS number)"
            )
        else:
            numbers = (
                f"WITH RECURSIVE numbers (number) AS (VALUES ({first}) UNION ALL"
                f" SELECT number + 1 FROM numbers WHERE number < {last}),"
                " users AS MATERIALIZED (SELECT lower(hex(randomblob(16))) AS subject,"
                " 'filled-' || number AS name FROM numbers)"
            )
        told = {"id": _new_id(), "subject_id": "subject", "user_id": "name"}
        statement = (
            f"{numbers} {_insert(template, told)} CROSS JOIN users WHERE template.subject_id = %s"
        )
        from foundation import sql

        sql.change(statement, [subject])


def fill_between(
    template: type[Model], subject: UUID, numbers: range, *, since: datetime, until: datetime
) -> None:
    """Give a made-up user of each number a copy of every row of `subject`, as made in that time.

    The first of them at its beginning, and so on; all rows of one user at one moment.
    """
    from django.db import connection

    from foundation import sql

    on_postgresql = connection.vendor == "postgresql"
    first, length = (
        int(part * 1000) for part in (since.timestamp(), (until - since).total_seconds())
    )
    moment = f"{first} + (number - {numbers.start}) * {length} / {len(numbers)}"
    if on_postgresql:
        series = f"generate_series({numbers.start}::bigint, {numbers.stop - 1}) AS number"
        told = {"id": POSTGRESQL_ID_OF, "created_at": "to_timestamp(moment / 1000.0)"}
        named = "md5('filled-' || number)::uuid"
    else:
        series = (
            f"(WITH RECURSIVE numbers (number) AS (VALUES ({numbers.start}) UNION ALL"
            f" SELECT number + 1 FROM numbers WHERE number < {numbers.stop - 1})"
            " SELECT number FROM numbers)"
        )
        told = {"id": SQLITE_ID_OF, "created_at": SQLITE_TIME_OF}
        named = "lower(hex(randomblob(16)))"
    statement = (
        f"WITH users AS MATERIALIZED (SELECT {named} AS subject, 'filled-' || number AS name,"
        f" {moment} AS moment FROM {series}) "
        + _insert(template, {**told, "subject_id": "subject", "user_id": "name"})
        + " CROSS JOIN users WHERE template.subject_id = %s"
    )
    sql.change(statement, [subject])


def copy_to_keys(template: type[Model], key_id: UUID) -> None:
    """Give every other key of the project a copy of the rows of this one, the oldest hour first.

    The copies come in the order of time, as the rows of many keys do.
    """
    from foundation import sql

    told = {"key_id": "other.id", "environment": "other.environment"}
    statement = (
        f"{_insert(template, told)} JOIN apikeys_apikey AS other"
        " ON other.project_id = template.project_id AND other.id <> template.key_id"
        " WHERE template.key_id = %s ORDER BY template.hour"
    )
    sql.change(statement, [key_id])


def _insert(template: type[Model], told: Mapping[str, str]) -> str:
    table = template._meta.db_table
    columns = [str(field.column) for field in template._meta.concrete_fields]
    taken = [told.get(column, f"template.{column}") for column in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(taken)} FROM {table} AS template"
    )


def _new_id() -> str:
    from django.db import connection

    if connection.vendor == "postgresql":
        return POSTGRESQL_ID
    return SQLITE_ID.format(milliseconds=time.time_ns() // 1_000_000)
