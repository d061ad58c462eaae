"""Keeps the service waiting in every way, and measures how others are answered meanwhile.

`python -m bench.drill`, or `make drill`: on SQLite, and on PostgreSQL where DATABASE_URL names a
server (its role must be allowed to create databases).
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench import service
from bench.database import own_database
from bench.slow_clients import KINDS, slow_clients

SECONDS = 15.0
NUMBERS = {"idle": 500}
OTHERS = 100
MEMORY = {
    "user_id": "user_42",
    "scope": "preferences",
    "domain": "food",
    "source": "explicit_user_input",
    "value_json": {"likes": ["pizza"]},
}


@dataclass(frozen=True)
class Answered:
    """How one honest client was answered; times in milliseconds."""

    asked: int
    failed: int
    median: float
    slowest: float


def ask(port: int, key: str, seconds: float) -> Answered:
    """Store and read in turn, on fresh connections and a kept one, for so long."""
    address = f"http://127.0.0.1:{port}"
    headers = {"X-API-Key": key}
    read = {"user_id": "user_42", "scope": "preferences", "domain": "food"}
    times: list[float] = []
    failed = 0
    until = time.monotonic() + seconds
    with httpx.Client(base_url=address, headers=headers, timeout=4) as kept:
        while time.monotonic() < until:
            for client in (kept, None):
                began = time.monotonic()
                try:
                    if client:
                        body = {**read, "purpose": "recommend restaurants"}
                        status = client.post("/memory/read", json=body).status_code
                    else:
                        own = {**MEMORY, "user_id": f"user_{len(times)}"}
                        answer = httpx.post(
                            f"{address}/memory", json=own, headers=headers, timeout=4
                        )
                        status = answer.status_code
                    failed += status not in (200, 201)
                except httpx.TransportError:
                    failed += 1
                times.append(1000 * (time.monotonic() - began))
    return Answered(len(times), failed, statistics.median(times), max(times))


def drill(database_url: str) -> int:
    """Run it on one database. Return how many requests of the honest client failed."""
    failed = 0
    with (
        own_database(database_url) as database,
        tempfile.TemporaryDirectory(prefix="memory-scope-drill-") as folder,
    ):
        settings = service.environment(database.url, service.free_port(), extra={})
        service.manage("migrate", settings=settings)
        key = service.new_key(settings)
        port = int(settings["PORT"])
        print(
            f"\n{database.description}\n{'beside':42} {'asked':>6} {'failed':>6}  median  slowest"
        )
        with service.running(settings, Path(folder) / "log") as running:
            for kind in ("nobody", *KINDS, "all of them"):
                kinds = {"nobody": [], "all of them": list(KINDS)}.get(kind, [kind])
                with ExitStack() as stack:
                    for each in kinds:
                        number = NUMBERS.get(each, OTHERS)
                        stack.enter_context(
                            slow_clients(("127.0.0.1", port), each, number, key=key)
                        )
                    answered = ask(port, key, SECONDS)
                print(
                    f"{kind:42} {answered.asked:6} {answered.failed:6}"
                    f" {answered.median:5.0f} ms {answered.slowest:5.0f} ms"
                )
                failed += answered.failed
            for line in running.complaints():
                print(line)
    return failed


def main() -> int:
    url = os.environ.get("DATABASE_URL", "")
    failed = drill("")
    if url.startswith("postgres"):
        failed += drill(url)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
