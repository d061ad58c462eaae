"""Starts the service as it is served, on the tool's own database."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import processes

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 40
OURS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ENV_FILE", "HOST", "PORT", "HTTPS_ONLY")
# What configures a server then, instead of the usual.
WITHOUT_USAGE = {"gunicorn": "bench/without_usage.py", "granian": "bench.without_usage"}
KEY_RATE_LIMIT = 1_000_000_000


class ServiceFailed(Exception):
    """The service, or a command of its own, did not do what it was started for."""


@dataclass(frozen=True)
class Service:
    pid: int
    port: int
    log: Path

    def complaints(self) -> list[str]:
        """Return what the log says at level ERROR or above, at most ten lines."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if " ERROR " in line or "[ERROR]" in line][:10]


def environment(database_url: str, port: int, *, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the service's settings: the caller's environment, on a database and port of ours.

    No `.env` is read. Processes are not replaced in the middle of a measurement. `extra` comes
    last.
    """
    inherited = {
        name: value for name, value in os.environ.items() if name != "ALLOWED_KEY_ENVIRONMENTS"
    }
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "off",
        "HTTPS_ONLY": "off",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_MAX_REQUESTS": "0",
        "RATE_LIMIT_SECOND": "1000000",
        **extra,
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def manage(*arguments: str, settings: Mapping[str, str], folder: Path = ROOT) -> str:
    """Run the folder's `manage.py` and return what it printed."""
    command = [python_of(folder), "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=dict(settings), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServiceFailed(f"manage.py {arguments[0]} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout


def python_of(folder: Path) -> str:
    """Return the Python with which another folder's code runs: its own, if it has one."""
    own = folder / ".venv" / "bin" / "python"
    return str(own) if folder != ROOT and own.exists() else sys.executable


def new_key(settings: Mapping[str, str], folder: Path = ROOT) -> str:
    """Make an account with a project and a test key that no limit holds back. Return the key."""
    arguments = ("bench@example.com", "--create-account", "--rate-limit", str(KEY_RATE_LIMIT))
    return manage("createkey", *arguments, settings=settings, folder=folder).splitlines()[-1]


def workers_and_threads(settings: Mapping[str, str]) -> tuple[int, int]:
    """Return what the server's configuration comes to with these settings."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        configured = processes.settings()
    finally:
        os.environ.clear()
        os.environ.update(before)
    return configured.processes, configured.threads


def server_of(settings: Mapping[str, str]) -> str:
    """Return the name of the server that runs with these settings."""
    return settings.get("SERVER") or "gunicorn"


@contextmanager
def running(
    settings: Mapping[str, str], log: Path, *, records_usage: bool = True
) -> Iterator[Service]:
    """Let the service run and answer until the end of the block, under the server of `settings`."""
    server = server_of(settings)
    *start, usual = processes.SERVERS[server]
    with log.open("wb") as output:
        # A session of its own: Ctrl-C is for us, and we end it in good order.
        process = subprocess.Popen(
            [sys.executable, *start, usual if records_usage else WITHOUT_USAGE[server]],
            cwd=ROOT,
            env=dict(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    port = int(settings["PORT"])
    try:
        _wait_until_it_listens(process, port, log)
        yield Service(process.pid, port, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServiceFailed(f"The service did not start:\n{log.read_text().strip()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise ServiceFailed(f"The service did not listen within {START_SECONDS} s.")
