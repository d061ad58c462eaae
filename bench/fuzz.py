"""Asks the running service whatever its description allows, and forbids, and looks at the answers.

`python -m bench.fuzz --help`, or `make fuzz`: on SQLite, and on PostgreSQL where DATABASE_URL or
TEST_DATABASE_URL names a server (its role must be allowed to create databases). Schemathesis makes
the requests, from the description that the service itself gives; each seed makes the same ones.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from apikeys import tokens
from bench import service
from bench.closed import closed
from bench.database import own_database

PHASES = ("examples", "coverage", "fuzzing", "stateful")
METRICS_TOKEN = "a token of operators, for fuzzing"
READ_ONLY = ("memory:read", "memory:list", "audit:read")
# Whose key it is, and how much of the examples it is asked with.
SHARES = {"every permission": 1.0, "some permissions": 0.5, "a wrong key": 0.2}
SETTINGS = {
    "METRICS_TOKEN": METRICS_TOKEN,
    "RATE_LIMIT_FAILURES": "1000000",
}
# What a schema cannot say is refused all the same: bench/fuzz_checks.py knows what that may be. And
# a user of whom nothing is stored is no error: what comes after an erasure is a 200.
WITHOUT = "positive_data_acceptance,use_after_free"


@dataclass
class Findings:
    """How many requests were answered, and what was wrong with the answers."""

    cases: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    output: str = ""
    complaints: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return self.cases > 0 and not self.failures and not self.complaints

    def summary(self) -> str:
        """Say what was found, in a line for each kind."""
        lines = [f"  {number} x {what}" for what, number in self.failures.most_common()]
        return "\n".join(["nothing found" if self.clean else "found:", *lines])


def fuzz(database_url: str, *, examples: int, seed: int, in_short: bool = False) -> Findings:
    """Ask with each key; so many examples an operation. Return what was found.

    In short, only the first key is asked with in every phase.
    """
    found = Findings()
    with (
        own_database(database_url) as database,
        tempfile.TemporaryDirectory(prefix="memory-scope-fuzz-") as folder,
    ):
        settings = service.environment(database.url, service.free_port(), extra=SETTINGS)
        service.manage("migrate", settings=settings)
        keys = _keys(settings)
        address = f"http://127.0.0.1:{settings['PORT']}"
        with service.running(settings, Path(folder) / "log") as running:
            description = httpx.get(f"{address}/openapi.json", timeout=service.START_SECONDS).json()
            (Path(folder) / "openapi.json").write_text(json.dumps(closed(description)))
            for who, share in SHARES.items():
                phases = PHASES if share == 1 or not in_short else PHASES[2:]
                command = [
                    f"--phases={','.join(phases)}",
                    f"--max-examples={max(1, int(examples * share))}",
                    f"--seed={seed}",
                    f"--url={address}",
                    f"--header=X-API-Key: {keys[who]}",
                ]
                _ask(found, Path(folder), command)
            found.complaints = running.complaints()
    return found


def _keys(settings: dict[str, str]) -> dict[str, str]:
    narrow = [f"--permission={permission}" for permission in READ_ONLY]
    limit = f"--rate-limit={service.KEY_RATE_LIMIT}"
    command = ("createkey", "bench@example.com", "--name=Some", limit, *narrow)
    every = service.new_key(settings)
    some = service.manage(*command, settings=settings).splitlines()[-1]
    return {
        "every permission": every,
        "some permissions": some,
        "a wrong key": tokens.new_key("test"),
    }


def _ask(found: Findings, folder: Path, options: list[str]) -> None:
    report = folder / "report.json"
    command = [
        *(f"{sys.prefix}/bin/st", "--no-color", "run", f"{folder}/openapi.json", *options),
        *("--checks=all", f"--exclude-checks={WITHOUT}", "--continue-on-failure"),
        *("--generation-database=none", "--warnings=off", "--output-truncate=false"),
        *(f"--header=Authorization: Bearer {METRICS_TOKEN}", "--request-retries=0"),
        *("--report=json", f"--report-json-path={report}"),
    ]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "bench.fuzz_checks",
        "PYTHONPATH": str(service.ROOT),
    }
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    found.output += ran.stdout + ran.stderr
    if not report.exists():
        found.failures[f"schemathesis ended with {ran.returncode}"] += 1
        return
    _count(found, json.loads(report.read_text()))
    report.unlink()


def _count(found: Findings, report: dict[str, Any]) -> None:
    found.cases += report["test_cases"]["generated"]
    for failure in report["failures"]:
        for operation in failure["operations"]:
            found.failures[f"{operation}: {failure['title']}"] += 1
    for error in report["errors"]:
        found.failures[f"error: {error}"] += 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="requests an operation (200)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other requests (1)")
    parser.add_argument("--verbose", action="store_true", help="print what Schemathesis prints")
    options = parser.parse_args()
    url = os.environ.get("DATABASE_URL") or os.environ.get("TEST_DATABASE_URL", "")
    dirty = False
    for each in ("", url) if url.startswith("postgres") else ("",):
        found = fuzz(each, examples=options.examples, seed=options.seed)
        print(f"{'PostgreSQL' if each else 'SQLite'}: {found.cases} cases, {found.summary()}")
        if options.verbose or not found.clean:
            print(found.output, *found.complaints, sep="\n")
        dirty = dirty or not found.clean
    return 1 if dirty else 0


if __name__ == "__main__":
    sys.exit(main())
