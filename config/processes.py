"""What the service's processes are told and do, whichever server runs them.

The first process of either server imports this, and keeps what it imported through a reload: so
nothing of the application is imported here at the top.
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import cores
from config.environment import BASE_DIR, Environment

# What starts each server: what Python is told, in the folder of the code. The last word is what
# configures it.
SERVERS = {
    "gunicorn": ("-m", "gunicorn", "-c", "config/gunicorn.py"),
    "granian": ("-m", "config.serve"),
}
KEEPALIVE = 75  # seconds; longer than the minute that most load balancers keep a connection
# What processes write down for each other must not wait for a disk.
SHARED_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no file of ours

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # as prometheus_client calls it


@dataclass(frozen=True)
class Settings:
    """What either server is told."""

    server: str
    host: str
    port: int
    processes: int
    own_cores: bool  # each process keeps to a core (config/cores.py)
    threads: int
    request_seconds: int  # in which a request must come whole, and for which it may wait
    max_requests: int  # after which a process starts afresh: a slow leak never grows old; or 0
    log_level: str
    connections: int  # of a process: each is an open file, and other things need some too

    @property
    def name(self) -> str:
        """Return the host's name for people: at an IP address, passkeys do not work."""
        return "localhost" if self.host in ("127.0.0.1", "::1", "[::1]") else self.host

    @property
    def where(self) -> str:
        """Return the line that names the address."""
        return f"Serving on http://{self.name}:{self.port} with {self.processes} processes"


def settings() -> Settings:
    """Read them; at a reload there may be new ones in `.env`. Raises ImproperlyConfigured."""
    env = Environment()
    return Settings(
        server=env.choice("SERVER", allowed=[*SERVERS], default="gunicorn"),
        host=env.text("HOST", "127.0.0.1"),
        port=env.number("PORT", default=8000, least=1, most=65535),
        processes=env.processes("WEB_CONCURRENCY"),
        own_cores=_own_cores(env),
        threads=env.number("WEB_THREADS", default=8, least=1, most=256),
        request_seconds=env.number("REQUEST_SECONDS", default=10, least=1, most=600),
        max_requests=env.number("WEB_MAX_REQUESTS", default=100_000, least=0, most=1_000_000_000),
        log_level=env.text("LOG_LEVEL", "info").lower(),
        connections=max(64, min(1000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)),
    )


def _own_cores(env: Environment) -> bool:
    wanted = env.flag("WEB_AFFINITY", default=False)
    if wanted and not cores.can_be_kept_to():
        raise ImproperlyConfigured("WEB_AFFINITY=on needs Linux.")
    return wanted


def check_settings() -> None:
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


def begin_counting(uid: int, gid: int) -> None:
    """Let the figures of /metrics begin at 0, for processes of this user and group."""
    os.environ.pop(METRICS_FOLDER, None)  # what was inherited holds the figures of another run
    count_together(uid, gid)


def count_together(uid: int, gid: int) -> None:
    """Give the processes a folder in which they count for /metrics, and which outlives each.

    At a reload METRICS_TOKEN may be new in `.env`; a folder that is there holds the figures.
    """
    if Environment().text("METRICS_TOKEN") and METRICS_FOLDER not in os.environ:
        prefix = f"memory-scope-metrics-{os.getpid()}-"
        folder = tempfile.mkdtemp(prefix=prefix, dir=SHARED_MEMORY)
        os.chown(folder, uid, gid)
        os.environ[METRICS_FOLDER] = folder


def end_counting() -> None:
    if folder := os.environ.pop(METRICS_FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


def begin_own_work() -> None:
    """Begin what a process that has loaded the application does by itself."""
    from django.urls import get_resolver

    from apikeys.maintenance import maintenance
    from proof.upkeep import upkeep

    get_resolver().url_patterns  # noqa: B018 - loads the views, or the first requests would wait
    # What is loaded now stays: the garbage collector need not go through it again and again.
    gc.collect()
    gc.freeze()
    maintenance.start()
    upkeep.start()


def finish_work() -> None:
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
