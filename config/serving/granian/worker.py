"""A process that serves, from its beginning to its end."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

from django.conf import settings as django_settings
from granian.log import logger

from config import cores, processes
from config.serving.granian.answering import Answering
from config.serving.granian.inner import (
    SERVE_METHODS,
    WorkerProcess,
    WorkerSignal,
    WSGIWorker,
    callback_of,
)
from config.serving.granian.room import Room
from config.serving.granian.server import LOADED, LOOK, STOPS, WORN
from config.serving.replacing import end_with

UNDERSCORES = (
    "The proxy must drop headers with underscores in their names: granian takes X_Forwarded_For for"
    " X-Forwarded-For."
)
LINGER = 2.0  # seconds in which answers still come on connections, each as the last one
GLANCE = 0.05  # seconds after which it is looked whether there still are any
LONGEST = 26.0  # seconds after that in which what was taken is answered


@dataclass(frozen=True)
class Loaded:
    """The application, and where to tell the first process something."""

    settings: processes.Settings
    answering: Answering
    tell: Connection


def load(tell: Connection) -> Loaded:
    """Load the application, in the process that serves it."""
    for number in STOPS:  # until `serve` has others: nothing is lost
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    end_with(first_process())
    from config.wsgi import application

    if django_settings.TRUSTED_PROXY_COUNT:
        logger.warning(UNDERSCORES)
    settings = processes.settings()
    answering = Answering(application, threads=settings.threads, seconds=settings.request_seconds)
    processes.begin_own_work()
    return Loaded(settings, answering, tell)


@WorkerProcess.wrap_target  # type: ignore[untyped-decorator] # see `inner`
def serve(
    worker_id: int,
    loaded: Loaded,
    sock: Any,
    ipc: Any,
    loop: Any,
    runtime_mode: Any,
    runtime_threads: int,
    runtime_blocking_threads: int,
    blocking_threads: int,
    blocking_threads_idle_timeout: int,
    backpressure: int,
    task_impl: Any,
    http_mode: Any,
    http1_settings: Any,
    http2_settings: Any,
    websockets: bool,
    static_path: Any,
    log_access_fmt: str | None,
    ssl_ctx: Any,
    scope_opts: dict[str, Any],
    metrics: Any,
) -> None:
    """Serve until told to stop, and finish what is left to do.

    As `MPServer._spawn_wsgi_worker` does, but for three things: our `Answering` is called without
    granian's wrapper, which gives each request a copy of the environment, secrets and all; kept
    connections hear of the end before it comes; and there is work to finish behind it.
    """
    if loaded.settings.own_cores:
        allowed = cores.allowed()
        cores.keep_to(allowed[worker_id % len(allowed)])
    stop, ended = WorkerSignal(), threading.Event()
    stop.add_cb(ended.set)
    answering = loaded.answering
    room = Room(
        port=loaded.settings.port,
        seconds=loaded.settings.request_seconds,
        most=loaded.settings.connections,
        working=answering.working,
    )
    leaving = Leaving(answering, room, stop, ended, listening=sock[1].get_fd())
    threading.Thread(target=look_around, args=(loaded, room), name="room", daemon=True).start()
    for number in STOPS:
        signal.signal(number, leaving.begin)
    worker = WSGIWorker(
        worker_id,
        sock,
        ipc,
        runtime_threads,
        runtime_blocking_threads,
        blocking_threads,
        blocking_threads_idle_timeout,
        backpressure,
        http_mode,
        http1_settings,
        http2_settings,
        static_path,
        *ssl_ctx,
        metrics,
    )
    run = getattr(worker, SERVE_METHODS[runtime_mode][(sock[0] or sock[1]).is_uds()])
    run(callback_of(loop, answering), loop, stop)
    loaded.tell.send((LOADED, os.getpid()))
    while not ended.wait(LOOK):
        continue  # a signal that came just before the wait is seen now: see `Waking`
    processes.finish_work()


def first_process() -> int:
    parent = multiprocessing.parent_process()
    return (parent and parent.pid) or os.getppid()


def look_around(loaded: Loaded, room: Room) -> None:
    """Look once a second what is due: connections, the first process, WEB_MAX_REQUESTS."""
    settings, answering, parent = loaded.settings, loaded.answering, first_process()
    # Not all processes at once. None: as many requests as come.
    enough = settings.max_requests or None
    if enough is not None:
        enough += secrets.randbelow(enough // 10 + 1)
    while True:
        time.sleep(1)
        try:
            room.look_around()
        except Exception:  # such as a lack of files: the next look may do better
            logger.exception("Connections were not looked after")
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
        if enough is not None and answering.answered >= enough:
            logger.info("Asking for a fresh process after %d requests", answering.answered)
            loaded.tell.send((WORN, os.getpid()))
            enough = None


class Leaving:
    """Ends a process: `stop` tells granian to take no more, which sets `ended` when all is said."""

    def __init__(
        self, answering: Answering, room: Room, stop: Any, ended: threading.Event, *, listening: int
    ) -> None:
        self._answering = answering
        self._room = room
        self._stop = stop
        self._ended = ended
        self._listening = listening

    def begin(self, number: int, frame: FrameType | None) -> None:
        """Begin to leave. A signal comes from the first process, and perhaps from elsewhere too."""
        if not self._answering.closing:
            self._answering.closing = True
            threading.Thread(target=self._leave, name="leaving", daemon=True).start()

    def _leave(self) -> None:
        with suppress(OSError):  # such as a lack of files: it ends all the same
            if os.getppid() == first_process():  # else there is nobody who takes over
                self._take_no_connections()
                until = time.monotonic() + LINGER
                while time.monotonic() < until and not self._room.is_empty():
                    self._ended.wait(GLANCE)
        self._stop.set()
        if not self._ended.wait(LONGEST):  # a client that never sends or reads the rest
            processes.finish_work()
            os._exit(0)

    def _take_no_connections(self) -> None:
        """Leave those that come to others; what was taken has time to say what it wants.

        granian stops both at once, and with it goes a request that was about to come. So its
        listening socket, which it knows by a number, becomes one to which nobody comes.
        """
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            nobody.setblocking(False)
            os.dup2(nobody.fileno(), self._listening)
