"""Empties the tests' database behind a test that committed.

Django's `flush` truncates every table and makes content types and permissions anew, each time. Here
what has rows loses them; content types and permissions, which no test changes, stay.
"""

from __future__ import annotations

import functools

from django.db import OperationalError, connection, transaction

from tests.doors import RECORD, without_triggers

KEPT = {"django_content_type", "auth_permission"}
MOST_TRIES = 10


def empty_database() -> None:
    """Remove all rows that tests made, also those of the record, which no DELETE may.

    A running service may be writing: of two that wait for each other one is ended, perhaps this
    one, and perhaps again.
    """
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            return _empty()
        except OperationalError:
            if not tries_left:
                raise


@transaction.atomic
def _empty() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # wait for whoever is writing, as TRUNCATE does
            cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN EXCLUSIVE MODE")
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in _tables()
            )
        )
        filled = {table for (table,) in cursor.fetchall()}
        if filled.isdisjoint(RECORD):
            _delete(filled)
        else:
            with without_triggers():
                _delete(filled)


def _delete(tables: set[str]) -> None:
    with connection.cursor() as cursor:
        for table in sorted(tables):  # foreign keys are looked at when all is done
            cursor.execute(f"DELETE FROM {table}")


@functools.cache
def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
