"""Counts requests without making them wait: in memory, written by a thread about every second.

A process that is killed loses what it counted since its last write, a second at most; one that
stops or restarts as it should loses nothing (config/processes.py). While the database is away up to
MOST_WAITING requests wait to be written.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error, connection

from apikeys.usage.first_uses import FirstUses
from apikeys.usage.last_uses import LastUses
from apikeys.usage.samples import (
    COLUMNS,
    HOUR,
    RequestRow,
    RequestSample,
    adding_to,
    column_of,
)
from foundation import outage_log, outages, sql
from foundation.background import Repeating
from foundation.identifiers import new_id
from foundation.rows import columns_of, values_of

logger = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two writes
MOST_WAITING = 200_000  # requests that wait to be written
AT_ONCE = 500  # rows in a statement
ADD = adding_to("apikeys_usagehour")
KEPT = columns_of(RequestRow)  # of a sample they are its first values
LOGGED = ("id", "writer", *KEPT)


class Collector:
    """The requests that this process answered and has not written yet."""

    def __init__(self) -> None:
        self._waiting: deque[RequestSample] = deque()
        self._writing = threading.Lock()
        self._thread = Repeating(self.flush, every=PAUSE, name="usage")
        self._first_uses = FirstUses()
        self._last_uses = LastUses()
        self._writer, self._process = uuid4(), os.getpid()

    def record(self, sample: RequestSample) -> None:
        """Keep the request in memory: no lock, no I/O."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(sample)
        if settings.WORK_IN_BACKGROUND:
            self._thread.start()

    def flush(self) -> int:
        """Write all that was recorded so far, in one transaction. Return how many requests."""
        with self._writing:
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not taken:
                return 0
            try:
                with sql.writing():
                    _add_to_hours(taken)
                    last_uses = self._last_uses.write(taken)
                    _log(taken, writer=self._own_writer())
            except Error as error:
                self._waiting.extendleft(reversed(taken))
                _settle("Usage was not written, and waits", error)
                return 0
            self._last_uses.remember(last_uses)
            try:
                self._first_uses.write(taken)
            except Error as error:  # the next use is still the first
                _settle("First uses were not written", error)
            return len(taken)

    def _own_writer(self) -> UUID:
        """Return this process's id in the log: one that was forked has another than its parent."""
        if self._process != os.getpid():
            self._writer, self._process = uuid4(), os.getpid()
        return self._writer

    def stop(self) -> None:
        """Write the rest: nothing that was answered is lost when a process ends as it should."""
        self._thread.stop(wait=10)
        self.flush()
        connection.close()


def _settle(what: str, error: Error) -> None:
    """Drop a connection that could go on failing. An outage that is known is not logged again."""
    if not (outages.settle(error) and outage_log.database.ongoing):
        logger.error("%s: %s", what, type(error).__name__)


def _add_to_hours(samples: Iterable[RequestSample]) -> None:
    hours: dict[tuple[Any, ...], Counter[int]] = {}
    for one in samples:
        hour = one.created_at.replace(minute=0, second=0, microsecond=0)
        bucket = (one.key_id, hour, one.endpoint, one.status, one.code)
        owned = (*bucket, one.project_id, one.environment)
        hours.setdefault(owned, Counter())[column_of(one.microseconds)] += 1
    # In one order in every process, or two of them would wait for each other.
    rows = [
        (*owned, counts.total(), *(counts[column] for column in range(len(COLUMNS))))
        for owned, counts in sorted(hours.items(), key=lambda entry: entry[0][:5])
    ]
    for some in _batched(rows):
        sql.insert("apikeys_usagehour", HOUR, some, then=ADD)


def _log(samples: Iterable[RequestSample], *, writer: UUID) -> None:
    if settings.REQUEST_LOG_DAYS:
        rows = [(new_id(), writer, *values_of(one)[: len(KEPT)]) for one in samples]
        for some in _batched(rows):
            sql.append("apikeys_loggedrequest", LOGGED, some)


def _batched(rows: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


collector = Collector()
