"""Logs an outage when it begins and when it ends, with what it cost: not once for each request."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import Error, connection

from foundation import outages, sql

logger = logging.getLogger("memory_scope.outages")

QUIET = 3.0  # seconds without a failure after which an outage may be over


class Outage:
    """From the first request that the database failed until it has been well for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: float | None = None
        self._latest = 0.0
        self._count = 0

    @property
    def ongoing(self) -> bool:
        return self._began is not None

    def note(self) -> bool:
        """Count a request that failed. Return whether it is the first, which is to be logged."""
        with self._lock:
            self._latest = time.monotonic()
            self._count += 1
            first = self._began is None
            if first:
                self._began = self._latest
        if first and settings.WORK_IN_BACKGROUND:
            threading.Thread(target=self._watch, name="outage", daemon=True).start()
        return first

    def end(self) -> None:
        """Log that it is over, and what it cost."""
        with self._lock:
            began, count = self._began, self._count
            self._began, self._count = None, 0
        if began is not None:
            seconds = max(1, round(time.monotonic() - began))
            logger.warning(
                "The database does its work again: %d requests failed in %d s", count, seconds
            )

    def _watch(self) -> None:
        while True:
            time.sleep(QUIET / 2)
            if time.monotonic() - self._latest < QUIET:
                continue
            try:
                sql.check_writable()
            except Error:
                outages.drop_connection()
                continue
            connection.close()
            self.end()
            return


database = Outage()
