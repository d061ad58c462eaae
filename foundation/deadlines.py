"""Ends what a request does at the database when its time is up, also at a server that hangs.

A statement's own timeout is kept by the server; one that was stopped, or cannot be reached any
more, keeps none. A thread of this process looks at the requests that are under way: the connection
of one that is late is cut (PostgreSQL) or interrupted (SQLite), and the request fails as in any
other outage. What a request costs is an entry in a dict.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

PAUSE = 0.25  # seconds between two looks


class Deadlines:
    """The moments until which the threads of this process may wait for the database."""

    def __init__(self) -> None:
        self._running: dict[int, tuple[float, BaseDatabaseWrapper]] = {}
        self._lock = threading.Lock()
        self._pid = 0

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let what this thread does at the database take so long at most, within the block."""
        if self._pid != os.getpid():
            self._start()
        thread = threading.get_ident()
        before = self._running.get(thread)
        until = time.monotonic() + seconds
        if before is not None:
            until = min(until, before[0])
        self._running[thread] = (until, connections["default"])
        try:
            yield
        finally:
            if before is None:
                self._running.pop(thread, None)
            else:
                self._running[thread] = before

    @contextmanager
    def prolonged(self, seconds: float) -> Iterator[None]:
        """Let this thread take so much longer within the block; without a deadline it stays so."""
        thread = threading.get_ident()
        before = self._running.get(thread)
        if before is not None:
            self._running[thread] = (before[0] + seconds, before[1])
        try:
            yield
        finally:
            if before is not None:
                self._running[thread] = before

    def database(self) -> BaseDatabaseWrapper | None:
        """Return the database of this thread, if that has a deadline there."""
        entry = self._running.get(threading.get_ident())
        return None if entry is None else entry[1]

    def passed(self) -> bool:
        """Say whether this thread's time is up."""
        entry = self._running.get(threading.get_ident())
        return entry is not None and time.monotonic() >= entry[0]

    def _start(self) -> None:
        """Begin to look, once a process: a fork takes no thread with it."""
        with self._lock:
            if self._pid != os.getpid():
                self._running.clear()
                threading.Thread(target=self._look, name="deadlines", daemon=True).start()
                self._pid = os.getpid()

    def _look(self) -> None:
        while True:
            time.sleep(PAUSE)
            now = time.monotonic()
            for until, wrapper in list(self._running.values()):
                if now >= until:
                    _cut(wrapper.connection)


def _cut(raw: Any) -> None:
    """End what a connection waits for, from another thread."""
    if isinstance(raw, sqlite3.Connection):
        with suppress(sqlite3.Error):
            raw.interrupt()
    elif raw is not None:
        # A socket of its own on the same connection: the driver's is not closed under its hands.
        with suppress(Exception), socket.socket(fileno=os.dup(raw.pgconn.socket)) as own:
            own.shutdown(socket.SHUT_RDWR)


deadlines = Deadlines()
