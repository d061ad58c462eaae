"""Work that the person who caused it must not wait for.

Whether an address is known must not show in how long an answer takes: looking it up, writing the
mail and sending it all happen here, whatever the address. What a process that is killed had not
done yet is lost: only what a person can ask for again may come here.
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


class Background:
    """One thread of this process that does what it is given, in order."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], None]) -> None:
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
