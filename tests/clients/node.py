"""What the tests of the TypeScript client run: npm's programs, and a copy as a reader has it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from config.environment import BASE_DIR

CLIENT = BASE_DIR / "clients" / "typescript"
MODULES = CLIENT / "node_modules"
SECONDS = 300


def with_modules() -> bool:
    """Say whether npm and its packages are here. Fails in CI, which has them."""
    words = _missing()
    if words and os.environ.get("CI"):
        pytest.fail(words)
    return not words


def need_modules() -> None:
    """Skip, in words, where npm or its packages are missing; fail in CI, which never skips."""
    if not with_modules():
        pytest.skip(_missing())


def _missing() -> str:
    missing = [str(path) for path in ("node", "npm") if shutil.which(path) is None]
    if not (MODULES / "typescript").exists():
        missing.append("clients/typescript/node_modules")
    if not missing:
        return ""
    return f"{' and '.join(missing)}: missing; install Node 20 or newer, then `make test`"


def run(*command: str, cwd: Path = CLIENT, **environment: str) -> str:
    """Return what a command said. Fails, in its words, if it does."""
    ran = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def npx(program: str, *arguments: str, **environment: str) -> str:
    """Return what a program of the client's packages said."""
    return run(str(MODULES / ".bin" / program), *arguments, cwd=CLIENT, **environment)


def copied(folder: Path) -> Path:
    """Return a copy of the client as a clone has it: without what npm installed for its tests."""
    copy = folder / "typescript"
    shutil.copytree(CLIENT, copy, ignore=shutil.ignore_patterns("node_modules"))
    return copy
