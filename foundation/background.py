"""Work that nobody waits for: after a response, or again and again.

Whether an address is known must not show in how long an answer takes: looking it up, writing the
mail and sending it all happen here, whatever the address. A process that ends as it should does
what is left first (config/processes.py); what one that is killed had not done yet is lost: what
must not be stands in a row, which others find.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)

MOST_WAITING = 1000


class Repeating:
    """A thread of this process that does its work every so many seconds, until it is stopped."""

    def __init__(self, work: Callable[[], object], *, every: float, name: str) -> None:
        self._work = work
        self._every = every
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin, if it has not begun: harmless to ask for again and again."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def stop(self, *, wait: float) -> None:
        """End after the work at hand; wait so many seconds for it at most."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=wait)

    def _run(self) -> None:
        try:
            while not self._stopped.wait(self._every):
                try:
                    self._work()
                except Exception as error:
                    # Not its message: it may hold what a user said, or an address.
                    logger.error("Work of '%s' failed: %s", self._name, type(error).__name__)
        finally:
            connections.close_all()


class Background:
    """One thread of this process that does what it is given, in order."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], object]] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], object]) -> None:
        """Do the work soon. When too much is waiting it is dropped, and the log says so."""
        if not settings.WORK_IN_BACKGROUND:
            work()
            return
        self._start()
        try:
            self._waiting.put_nowait(work)
        except queue.Full:
            logger.error("Too much is waiting to be done after responses: a piece was dropped")

    def wait(self) -> None:
        """Return when all that was given is done."""
        self._waiting.join()

    def drain(self, *, wait: float) -> int:
        """Let what was given be done before the process ends, for so many seconds at most.

        Return how many pieces of work were left then; the log says so too.
        """
        with self._waiting.all_tasks_done:
            self._waiting.all_tasks_done.wait_for(self._is_done, timeout=wait)
            left = self._waiting.unfinished_tasks
        if left:
            logger.error(
                "The process ends before %d pieces of work after responses were done", left
            )
        return left

    def _is_done(self) -> bool:
        return not self._waiting.unfinished_tasks

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="background", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            work = self._waiting.get()
            try:
                work()
            except Exception as error:
                # Not its message: a mail server's may hold the address.
                logger.error("Work after a response failed: %s", type(error).__name__)
            finally:
                connections.close_all()
                self._waiting.task_done()


background = Background()
