"""The server's configuration: `gunicorn -c config/gunicorn.py config.wsgi`.

One process on SQLite or without Redis, else a process a core. Threads, because a request mostly
waits for the database; each keeps its connection. They see whole requests only (config/serving).
"""

from __future__ import annotations

from typing import Any

from config import cores, processes
from config.serving.replacing import end_with, generations
from config.serving.shares import shares

settings = processes.settings()

wsgi_app = "config.wsgi:application"
is_bare_ipv6 = settings.host.count(":") > 1 and "[" not in settings.host
bind = f"[{settings.host}]:{settings.port}" if is_bare_ipv6 else f"{settings.host}:{settings.port}"
worker_class = "config.serving.worker.WholeRequestWorker"
workers = settings.processes
threads = settings.threads
keepalive = processes.KEEPALIVE
timeout = 30
graceful_timeout = 30
# Not all at once.
max_requests = settings.max_requests
max_requests_jitter = max_requests // 10
# A worker's heartbeat must not wait for a disk, nor must a request that is counted.
worker_tmp_dir = processes.SHARED_MEMORY
control_socket_disable = True
# TRUSTED_PROXY_COUNT alone tells whether a proxy is believed.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""  # else a client on this machine could name a SCRIPT_NAME and a path
worker_connections = settings.connections
logger_class = "config.serving.log.MaskedLogger"
loglevel = settings.log_level
proc_name = "memory-scope"


def on_starting(server: Any) -> None:
    processes.check_settings()
    processes.begin_counting(server.cfg.uid, server.cfg.gid)


def on_reload(server: Any) -> None:
    processes.count_together(server.cfg.uid, server.cfg.gid)
    generations.begin(server.cfg.workers)


def on_exit(server: Any) -> None:
    processes.end_counting()


def pre_fork(server: Any, worker: Any) -> None:
    if settings.own_cores:
        others = server.WORKERS.values()
        worker.core = cores.least_used(getattr(other, "core", None) for other in others)


def post_fork(server: Any, worker: Any) -> None:
    end_with(worker.ppid)
    if settings.own_cores:
        cores.keep_to(worker.core)
    worker.request_seconds = settings.request_seconds
    shares.join(worker.age)


def child_exit(server: Any, worker: Any) -> None:
    shares.leave(worker.age)


def post_worker_init(worker: Any) -> None:
    processes.begin_own_work()


def worker_exit(server: Any, worker: Any) -> None:
    processes.finish_work()


def when_ready(server: Any) -> None:
    server.log.info(settings.where)
