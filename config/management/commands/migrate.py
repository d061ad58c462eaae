"""`manage.py migrate`, one at a time: a second one waits for the first, then finds it done."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from foundation.private_files import make_database_private

# Taken by nothing else in the database: the first bytes of "migrate".
LOCK = int.from_bytes(b"migrate")
PAUSE = 0.2  # seconds until it is asked for again


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        alone = _alone_on_sqlite if connection.vendor == "sqlite" else _alone_on_postgresql
        with alone(connection):
            super().handle(*args, **options)


@contextmanager
def _alone_on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold the database's folder, which leaves no file behind, and make the database private.

    Not the database itself: a process that closes a file lets go of all SQLite's locks on it.
    """
    if connection.is_in_memory_db():  # type: ignore[attr-defined] # SQLite's own
        yield
        return
    file = Path(connection.settings_dict["NAME"])
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        make_database_private(file)
        yield
    finally:
        os.close(folder)


@contextmanager
def _alone_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold a lock in a transaction of another connection; it ends with that, however it ends.

    A transaction, since behind a pooler a connection is ours for no longer. It asks again and again
    and keeps no snapshot: an index that the other one builds CONCURRENTLY waits for all snapshots,
    so for a statement that waited for the lock it would wait for ever.
    """
    keeper = connection.copy()
    try:
        keeper.set_autocommit(False)
        while not _locked(keeper):
            keeper.rollback()
            time.sleep(PAUSE)
        yield
    finally:
        keeper.close()


def _locked(keeper: BaseDatabaseWrapper) -> bool:
    with keeper.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        locked = bool(cursor.fetchone()[0])
        # After that one: it would keep its snapshot for as long as no other statement follows.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        return locked
