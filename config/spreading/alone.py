"""Lets one such command or migration run at a time, and ends what a killed one left running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from config.management.commands.migrate import LOCK
from foundation import sql

# The server looks so often whether the command is still there: one that was killed stops its step.
NOTICED = "2s"
# Of this session; the service's role may have bounds for requests.
UNBOUNDED = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


class AnotherRuns(Exception):
    """This command or a migration runs already; the message says so."""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock that migrations take too, in this session. Raises AnotherRuns."""
    with connection.cursor() as cursor:
        for limit in UNBOUNDED:
            cursor.execute(f"SET {limit} = 0")
        cursor.execute(f"SET client_connection_check_interval = '{NOTICED}'")
    if sql.rows("SELECT pg_try_advisory_lock(%s)", (LOCK,)) != [(True,)]:
        raise AnotherRuns(
            "This command or 'migrate' runs already, or was killed a moment ago: wait for it."
        )
    try:
        yield
    finally:
        connection.close()  # which lets go of the lock, whatever state the session is in
