"""Starts another service by its command, and ends it with all that came from it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench import processor
from bench.service import START_SECONDS, STOP_SECONDS, ServiceFailed

KILL_SECONDS = 5
LOG_TAIL = 2_000


def listens(address: tuple[str, int]) -> bool:
    """Say whether anybody takes connections at the address."""
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def started(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    address: tuple[str, int],
    log: Path,
) -> Iterator[int]:
    """Let the command serve at the address until the end of the block. Yield its process id.

    Raises ServiceFailed where it does not, or somebody else does: they would be measured instead.
    """
    if listens(address):
        host, port = address
        raise ServiceFailed(
            f"Something answers at {host}:{port} before the command is started. To measure that,"
            " leave the command out."
        )
    with log.open("wb") as output:
        try:
            # A session of its own: Ctrl-C is for us, and its processes are told by the session.
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ServiceFailed(f"The command cannot be started: {error}") from error
    try:
        _wait_until_it_listens(process, address, log)
        yield process.pid
    finally:
        _end(process)


def tail(log: Path) -> str:
    """Return the end of what a service printed."""
    return log.read_text(errors="replace").strip()[-LOG_TAIL:]


def _wait_until_it_listens(
    process: subprocess.Popen[bytes], address: tuple[str, int], log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServiceFailed(
                f"The command ended with {process.returncode} before anything answered at"
                f" {address[0]}:{address[1]}. It must stay in the foreground.\n{tail(log)}".strip()
            )
        if listens(address):
            return
        time.sleep(0.05)
    raise ServiceFailed(
        f"Nothing answers at {address[0]}:{address[1]} within {START_SECONDS} s after the start"
        f" of the command.\n{tail(log)}".strip()
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process in good order, then whatever it leaves behind: first asked, then killed."""
    if not processor.available():
        _end_group(process)
        return
    family = processor.family(process.pid)
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
    for how in (signal.SIGTERM, signal.SIGKILL):
        family |= processor.family(process.pid)
        for pid in _left(family):
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        deadline = time.monotonic() + KILL_SECONDS
        while _left(family) and time.monotonic() < deadline:
            process.poll()
            time.sleep(0.02)
    process.wait()


def _left(family: Mapping[int, processor.Process]) -> list[int]:
    """Return those of the processes that are still there: their ids can be others' by now."""
    return [
        pid
        for pid, process in family.items()
        if (now := processor.process(pid)) and now.began == process.began and not now.ended
    ]


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Do it where processes cannot be seen: to the group that the command's process leads."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
