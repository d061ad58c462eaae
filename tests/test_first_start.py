"""`make run`, typed by a stranger, and the curl lines that it prints, pasted by them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from config.environment import BASE_DIR
from tests.doors import free_port

pytestmark = pytest.mark.skipif(
    not (shutil.which("make") and shutil.which("curl")), reason="needs make and curl"
)


@contextmanager
def make_run(folder: Path, port: int) -> Iterator[list[str]]:
    """Start it with a `.env` and a database in a folder of their own; yield what it printed."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen(
        ["make", "--no-print-directory", "run"],
        cwd=BASE_DIR,
        env={
            **keep,
            "ENV_FILE": str(folder / ".env"),
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "PORT": str(port),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield _until_it_serves(process.stdout)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def _until_it_serves(output: IO[str]) -> list[str]:
    lines = []
    for line in output:
        lines.append(line.rstrip("\n"))
        if "Booting worker" in line:
            return lines
    raise AssertionError("\n".join(lines))


def paste(line: str) -> str:
    ran = subprocess.run(
        ["bash", "-c", line.replace("curl ", "curl --retry 20 --retry-connrefused ", 1)],
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


def test_a_stranger_stores_reads_continues_and_revokes_a_memory(tmp_path: Path) -> None:
    port = free_port()
    with make_run(tmp_path, port) as printed:
        store, read, take_back = [line for line in printed if line.startswith("curl ")]
        assert f"Memory Scope: http://localhost:{port}" in printed
        assert any(line.startswith("Sign in:") for line in printed)
        assert '"user_id":"user_42"' in paste(store)
        assert "Likes: 2, Dislikes: 1" in paste(read)
        continued, revoked = paste(take_back), paste(read)
        assert "Likes: 2" in continued
        assert '{"revoked":true' in continued
        assert "No memories found." in revoked
    with make_run(tmp_path, port) as printed:
        assert not [line for line in printed if line.startswith("curl ")]
        assert "No memories found." in paste(read)
