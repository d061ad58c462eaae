"""Runs what the documentation shows as a reader would: in a shell, with Python, and in Node."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from config.environment import BASE_DIR
from tests.clients import node
from tests.docs.reading import Code

# A reader's shell, with curl under watch: what it is answered is kept beside what it prints.
CURL = """#!/bin/sh
number=$(ls "$ANSWERS" | grep -c body)
"$REAL_CURL" --write-out '%{stderr}%{http_code}' "$@" \
  >"$ANSWERS/$number.body" 2>"$ANSWERS/$number.status"
ended=$?
cat "$ANSWERS/$number.body"
exit $ended
"""
COMMAND = """#!/bin/sh
exec "$PYTHON" -m memory_scope "$@"
"""
PROGRAMS = ("python", "typescript")
SECONDS = 120


@dataclass
class Ran:
    """What a block of code did: how it ended, what it said, and what its requests were answered."""

    ended: int
    said: str
    statuses: list[str]
    body: str  # of the last answer


class Reader:
    """Somebody with a key, a folder, and a shell that remembers its variables."""

    def __init__(self, folder: Path, address: str, key: str) -> None:
        self.folder, self.key = folder, key
        self.answers = folder / "answers"
        self.answers.mkdir(parents=True)
        self.variables = folder / "variables"
        commands = folder / "commands"
        commands.mkdir()
        for name, text in (("curl", CURL), ("memory-scope", COMMAND)):
            (commands / name).write_text(text)
            (commands / name).chmod(0o755)
        self.environment = {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "HOME": str(folder),
            "ANSWERS": str(self.answers),
            "REAL_CURL": _real_curl(),
            "PYTHON": sys.executable,
            "PYTHONPATH": str(BASE_DIR / "clients/python/src"),
            "MEMORY_SCOPE_BASE_URL": address,
            "MEMORY_SCOPE_API_KEY": key,
        }

    def has(self, token: str, memory_id: str) -> None:
        """Let the reader have the token of a read, and the id of a memory."""
        self.token, self.memory_id = token, memory_id
        self.variables.write_text(f"export TOKEN={token} MEMORY_ID={memory_id}\n")

    def run(self, code: Code) -> Ran:
        for file in self.answers.iterdir():
            file.unlink()
        text = code.text
        for placeholder, own in (
            ("sk_test_…", self.key),
            ("rev_…", self.token),
            ("01a206ab-…", self.memory_id),
        ):
            text = text.replace(placeholder, own)
        if code.language == "python":
            ran = self._run([sys.executable, "-W", "error", "-c", text])
        elif code.language == "typescript":
            ran = self._run(["node", self._in_javascript(text)])
        else:
            kept = f'. "{self.variables}"\n{text}\nset >"{self.folder}/all"\n'
            kept += f'export -p >"{self.variables}"\n'
            kept += f'grep -E "^(TOKEN|KEY|MEMORY_ID)=" "{self.folder}/all" >>"{self.variables}"\n'
            ran = self._run(["sh", "-ec", kept])
        statuses = [file.read_text() for file in self._kept("status")]
        bodies = [file.read_text() for file in self._kept("body")]
        return Ran(ran.returncode, ran.stdout + ran.stderr, statuses, bodies[-1] if bodies else "")

    def _in_javascript(self, text: str) -> str:
        """Return a file of what Node runs, beside a folder with the client as npm would link it."""
        packages = self.folder / "node_modules"
        if not packages.exists():
            packages.mkdir()
            (packages / "memory-scope").symlink_to(node.CLIENT)
        (self.folder / "example.ts").write_text(text)
        script = str(self.folder / "example.mjs")
        node.npx("esbuild", str(self.folder / "example.ts"), "--format=esm", f"--outfile={script}")
        return script

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    def _kept(self, ending: str) -> list[Path]:
        return sorted(self.answers.glob(f"*.{ending}"), key=lambda file: int(file.stem))


def _real_curl() -> str:
    found = subprocess.run(["which", "curl"], capture_output=True, text=True, check=True)
    return found.stdout.strip()
