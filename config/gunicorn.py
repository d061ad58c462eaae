"""The server's configuration: `gunicorn -c config/gunicorn.py config.wsgi`.

One process on SQLite or without Redis, else a process a core. Threads, because a request mostly
waits for the database; each keeps its connection. They see whole requests only (config/serving).
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from config.environment import BASE_DIR, Environment
from config.serving.replacing import end_with, generations
from config.serving.shares import shares

env = Environment()

wsgi_app = "config.wsgi:application"
host = env.text("HOST", "127.0.0.1")
port = env.number("PORT", default=8000, least=1, most=65535)
is_bare_ipv6 = host.count(":") > 1 and "[" not in host
bind = f"[{host}]:{port}" if is_bare_ipv6 else f"{host}:{port}"
worker_class = "config.serving.worker.WholeRequestWorker"
workers = env.processes("WEB_CONCURRENCY")
threads = env.number("WEB_THREADS", default=8, least=1, most=256)
keepalive = 75  # seconds; longer than the minute that most load balancers keep a connection
# Seconds in which a request must have come whole, and for which it may wait for a thread.
request_seconds = env.number("REQUEST_SECONDS", default=10, least=1, most=600)
timeout = 30
graceful_timeout = 30
# A process starts afresh now and then, not all at once: a slow leak never grows old.
max_requests = env.number("WEB_MAX_REQUESTS", default=100_000, least=0, most=1_000_000_000)
max_requests_jitter = max_requests // 10
# A worker's heartbeat must not wait for a disk, nor must a request that is counted.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no file of ours
control_socket_disable = True
# TRUSTED_PROXY_COUNT alone tells whether a proxy is believed.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""  # else a client on this machine could name a SCRIPT_NAME and a path
# Each connection is an open file; some are left for the database, Redis and the log.
worker_connections = max(64, min(1000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200))
logger_class = "config.serving.log.MaskedLogger"
loglevel = env.text("LOG_LEVEL", "info").lower()
proc_name = "memory-scope"

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # as prometheus_client calls it


def on_starting(server: Any) -> None:
    """Let the system checks stop the start: a broken rule is told before anybody meets it.

    In a process of their own, or a restart of the workers would keep this process's old code.
    """
    command = [sys.executable, str(BASE_DIR / "manage.py"), "check", "--fail-level", "ERROR"]
    checked = subprocess.run(  # noqa: S603 - our own command
        command, cwd=BASE_DIR, env=os.environ.copy(), capture_output=True, text=True, check=False
    )
    if checked.returncode:
        findings = checked.stderr.strip()
        # Of a traceback, the last line is the sentence; a list of findings is all sentences.
        sys.exit(
            findings if findings.startswith("SystemCheckError") else findings.rpartition("\n")[2]
        )
    os.environ.pop(METRICS_FOLDER, None)  # what was inherited holds the figures of another run
    count_together(server)


def on_reload(server: Any) -> None:
    """METRICS_TOKEN may be new in `.env`. A folder that is there stays: it holds the figures."""
    count_together(server)
    generations.begin(server.cfg.workers)


def count_together(server: Any) -> None:
    """Give the processes a folder in which they count for /metrics, and which outlives each."""
    if env.text("METRICS_TOKEN") and METRICS_FOLDER not in os.environ:
        prefix = f"memory-scope-metrics-{os.getpid()}-"
        folder = tempfile.mkdtemp(prefix=prefix, dir=worker_tmp_dir)
        os.chown(folder, server.cfg.uid, server.cfg.gid)
        os.environ[METRICS_FOLDER] = folder


def on_exit(server: Any) -> None:
    if folder := os.environ.pop(METRICS_FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


def post_fork(server: Any, worker: Any) -> None:
    end_with(worker.ppid)
    worker.request_seconds = request_seconds
    shares.join(worker.age)


def child_exit(server: Any, worker: Any) -> None:
    shares.leave(worker.age)


def post_worker_init(worker: Any) -> None:
    """The application is loaded: begin what a service does by itself."""
    from apikeys.maintenance import maintenance
    from proof.upkeep import upkeep

    maintenance.start()
    upkeep.start()


def worker_exit(server: Any, worker: Any) -> None:
    """Finish what the last requests left to be done after them: nothing of it is lost.

    However a process ends, but for a kill: told to, replaced, or after WEB_MAX_REQUESTS.
    """
    from apikeys.maintenance import maintenance
    from apikeys.usage.collector import collector
    from foundation.background import background
    from proof.upkeep import upkeep

    # Together less than the half minute after which a process that ends is killed.
    maintenance.stop(wait=5)
    upkeep.stop(wait=2)  # a seal that was not committed is made again
    background.drain(wait=10)
    collector.stop()


def when_ready(server: Any) -> None:
    """Name the address to open: gunicorn names the IP address, where passkeys do not work."""
    name = "localhost" if host in ("127.0.0.1", "::1", "[::1]") else host
    server.log.info("Serving on http://%s:%d with %d processes", name, port, workers)
