"""The other service of a comparison: started, or found, and described."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from bench import service
from bench.database import Database, libpq_url, own_database
from bench.endpoints import Endpoint
from bench.measuring import Target
from bench.service import ServiceFailed
from bench.started import listens, started
from config import processes

PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+@")
BACKENDS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Other:
    """`settle` lets its database learn what its tables hold, where the tool can ask it to."""

    description: str
    endpoint: Endpoint
    target: Target
    log: Path | None = None
    settle: Callable[[], None] | None = None


@contextmanager
def running(options: argparse.Namespace) -> Iterator[Other | None]:
    """Let the other service answer until the end of the block; None where none is asked for.

    Before the process takes the settings of ours: what it starts has the caller's environment.
    """
    if not options.other:
        yield None
    elif options.against_checkout:
        with _checkout(options) as other:
            yield other
    elif options.against:
        with _command(options) as other:
            yield other
    else:
        endpoint = _endpoint(options)
        if not listens(endpoint.address):
            raise ServiceFailed(f"Nothing answers at {endpoint.url}.")
        target = Target(endpoint.address, options.against_pid, whole=False)
        yield Other(f"what runs at {endpoint.url}", endpoint, target)


@contextmanager
def _command(options: argparse.Namespace) -> Iterator[Other]:
    endpoint = _endpoint(options)
    # What DATABASE_URL names is only the server for the tool's own databases.
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with (
        _log() as log,
        started(
            options.against,
            folder=Path.cwd(),
            environment={**environment, **options.against_env},
            address=endpoint.address,
            log=log,
        ) as pid,
    ):
        description = f"{without_passwords(shlex.join(options.against))} at {endpoint.url}"
        yield Other(description, endpoint, Target(endpoint.address, pid, whole=False), log)


@contextmanager
def _checkout(options: argparse.Namespace) -> Iterator[Other]:
    folder: Path = options.against_checkout
    with own_database(os.environ.get("DATABASE_URL", "")) as database, _log() as log:
        settings = service.environment(database.url, service.free_port(), extra=options.against_env)
        service.manage("migrate", settings=settings, folder=folder)
        key = service.new_key(settings, folder=folder)
        # Ours may run under another server, which an older commit does not know.
        usual = processes.SERVERS[service.server_of(options.against_env)]
        endpoint = Endpoint("127.0.0.1", int(settings["PORT"]), {"X-API-Key": key})
        with started(
            options.against or [service.python_of(folder), *usual],
            folder=folder,
            environment=settings,
            address=endpoint.address,
            log=log,
        ) as pid:
            backends = (lambda: _backends(database)) if database.on_postgresql else None
            changed = [f"{name}={value}" for name, value in options.against_env.items()]
            how = without_passwords(shlex.join([*changed, *options.against]))
            yield Other(
                f"{version(folder)} in {folder}" + (f", {how}" if how else ""),
                endpoint,
                Target(endpoint.address, pid, backends),
                log,
                lambda: _settle(database),
            )


def version(folder: Path) -> str:
    """Name the commit that a folder's code is of, and say if it was changed since."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty=, changed"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "no commit"
    return f"commit {found.stdout.strip()}"


def without_passwords(text: str) -> str:
    """Return the text with the passwords of addresses taken out."""
    return PASSWORD.sub(r"\1***@", text)


def _endpoint(options: argparse.Namespace) -> Endpoint:
    named: Endpoint = options.against_url
    headers, paths = dict(options.against_header), dict(options.against_path)
    return replace(named, headers=headers, paths=paths)


@contextmanager
def _log() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="memory-scope-bench-") as folder:
        yield Path(folder) / "other.log"


def _backends(database: Database) -> list[int]:
    with psycopg.connect(libpq_url(database.url), autocommit=True) as connection:
        return [pid for (pid,) in connection.execute(BACKENDS).fetchall()]


def _settle(database: Database) -> None:
    if database.on_postgresql:
        with psycopg.connect(libpq_url(database.url), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
