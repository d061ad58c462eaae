"""Serves under granian: `python -m config.serve`, where SERVER says so.

What gunicorn's configuration says of processes and threads holds here too. granian has a thread of
its own for each request that is under way, and of those WEB_THREADS at once have a turn.
"""

from __future__ import annotations

import os
import socket
import sys

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger

from config import processes
from config.serving.granian.server import Server
from config.serving.granian.worker import load, serve

BACKLOG = 2048  # connections that wait to be accepted
UNREAD = 30  # seconds after which a client that takes nothing of its answer is given up
IDLE_THREAD = 30  # seconds after which a thread ends that has nothing to do
LARGEST_HEAD = 64 * 1024  # bytes
LOG = {
    "formatters": {
        "generic": {
            "()": "foundation.masking.MaskingFormatter",
            "fmt": "%(asctime)s [%(process)d] [%(levelname)s] %(message)s",
            "datefmt": "[%Y-%m-%d %H:%M:%S %z]",
        },
    },
    "handlers": {"console": {"formatter": "generic", "class": "logging.StreamHandler"}},
    "filters": {"advice": {"()": "config.serving.granian.server.NoAdvice"}},
    "loggers": {"_granian": {"handlers": ["console"], "filters": ["advice"], "propagate": False}},
}


def listen(settings: processes.Settings) -> socket.socket:
    """Open the socket. Raises OSError."""
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # What is set here holds for the connections that come in.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * UNREAD)
    listener.bind((host, settings.port))
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


def main() -> None:
    settings = processes.settings()
    processes.check_settings()
    processes.begin_counting(os.getuid(), os.getgid())
    try:
        listener = listen(settings)
    except OSError as error:
        sys.exit(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}")
    server = Server(
        "config.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        listener=listener,
        workers=settings.processes,
        blocking_threads=settings.connections,
        blocking_threads_idle_timeout=IDLE_THREAD,
        backlog=BACKLOG,
        backpressure=settings.connections,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=1000 * processes.KEEPALIVE, max_buffer_size=LARGEST_HEAD
        ),
        log_level=LogLevels(settings.log_level),
        log_dictconfig=LOG,
        respawn_failed_workers=True,
        workers_kill_timeout=60,
    )
    server.on_reload(lambda: processes.count_together(os.getuid(), os.getgid()))
    server.on_startup(lambda: logger.info(settings.where))
    server.on_shutdown(processes.end_counting)
    server.serve_with(serve, load)
