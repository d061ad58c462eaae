"""gunicorn's worker for this service: its threads see whole requests only.

One loop accepts connections, gathers requests and sends what clients are slow to read. A thread is
lent to a request from the moment it is whole until its answer is made, and waits for no client in
between. So neither idle connections, half heads, dripped bodies nor slow readers keep others from
being served.
"""

from __future__ import annotations

import os
import selectors
import signal
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from gunicorn.workers.base import Worker

from config.serving.answering import Threads
from config.serving.door import Door
from config.serving.replacing import HANDOVER, generations


class ReadOnce:
    """gunicorn's configuration, with each value looked up once: a request needs twenty of them."""

    def __init__(self, cfg: Any) -> None:
        self._cfg = cfg

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._cfg, name)
        setattr(self, name, value)
        return value


class WholeRequestWorker(Worker):  # type: ignore[misc] # gunicorn has no types
    """See the module. TLS and HTTP/2 end at the proxy in front."""

    alive: bool
    max_requests: int
    request_seconds: int  # set by config/gunicorn.py

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.leave_at: float | None = None  # when to leave, whether others have loaded or not
        self.loaded_before: int | None = None  # workers, when a fresh one was asked for
        self.look_around_at = 0.0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse what this worker does not do. gunicorn calls it before it starts."""
        if cfg.is_ssl:
            raise RuntimeError("TLS ends at the proxy in front: certfile and keyfile are not read.")

    def run(self) -> None:
        """Serve until told to stop. gunicorn calls it when the application is loaded."""
        cfg = ReadOnce(self.cfg)
        self.threads = Threads(cfg, self.log, wake=self.wake)
        self.door = Door(cfg, self.log, seconds=self.request_seconds, threads=self.threads)
        self.door.poller.register(self.PIPE[0], selectors.EVENT_READ, self.on_wake)
        self.threads.start(self.wsgi, self.cfg.threads + 1)  # one more, for probes
        self.door.open(self.sockets)
        generations.loaded()
        while self.alive:
            self.turn()
        self.let_go_of_fresh_process()
        self.threads.closing = True
        self.door.close()
        until = time.monotonic() + self.cfg.graceful_timeout
        while self.door.connections and time.monotonic() < until:
            self.turn()

    def turn(self) -> None:
        """Let the loop turn once, and look around once a second."""
        self.door.turn()
        if time.monotonic() >= self.look_around_at:
            self.look_around_at = time.monotonic() + 1.0
            self.notify()
            self.door.look_around()
            self.leave_if_replaced()

    def wake(self) -> None:
        """Let the loop turn, from a thread. Signals write to the same pipe."""
        with suppress(BlockingIOError):  # a full pipe wakes it just as well
            os.write(self.PIPE[1], b".")

    def on_wake(self, pipe: int) -> None:
        os.read(pipe, 4096)
        self.door.take_back()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; but where newer processes take over, not before they have loaded."""
        if self.alive and self.leave_at is None and generations.is_replaced():
            self.leave_at = time.monotonic() + HANDOVER
        else:
            self.alive = False

    def leave_if_replaced(self) -> None:
        """Leave when others have taken over; after WEB_MAX_REQUESTS, let them.

        gunicorn's first process makes one more at a SIGTTIN, and ends the oldest at a SIGTTOU.
        """
        if self.ppid != os.getppid():
            self.alive = False
        elif self.leave_at is not None:
            if time.monotonic() >= self.leave_at or generations.replacement_is_there():
                self.alive = False
        elif self.loaded_before is None:
            if self.threads.answered >= self.max_requests:
                self.log.info("Asking for a fresh process after %d requests", self.threads.answered)
                self.loaded_before = generations.count()
                os.kill(self.ppid, signal.SIGTTIN)
        elif generations.count() > self.loaded_before:
            self.max_requests = self.threads.answered + self.cfg.max_requests
            self.let_go_of_fresh_process()

    def let_go_of_fresh_process(self) -> None:
        """Let there be as many processes as before this one asked for one more.

        A reload has seen to that already.
        """
        if self.loaded_before is not None and self.ppid == os.getppid():
            self.loaded_before = None
            if not generations.is_replaced():
                os.kill(self.ppid, signal.SIGTTOU)
