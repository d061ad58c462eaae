"""The figures of the real service: one sum over its processes, through their ends and restarts."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from accounts.models import Project
from config.shared_metrics import add_up
from tests.doors import processes, started_service
from tests.makers import make_key, read_body
from tests.metrics.figures import TOKEN, Figures, by, figures, requests

PARALLEL = 8
ATTEMPTS = 1000
ENDPOINTS = {"/policy", "/memory/read", "unmatched"}
ENDED = 2**22 + 1  # the number of no process: Linux gives none beyond 2 ** 22
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}


class Asking:
    """A client that counts its answers as the service should count them."""

    def __init__(self, address: str, key: str) -> None:
        self.key = key
        self.answers: Counter[tuple[str, ...]] = Counter()
        self.client = httpx.Client(
            base_url=address,
            timeout=30,
            headers={"Connection": "close"},
            limits=httpx.Limits(max_keepalive_connections=0),  # each may meet another process
        )

    def one(self, number: int) -> tuple[str, ...] | None:
        try:
            match number % 4:
                case 0:
                    answer = self.client.get("/policy", headers={"X-API-Key": self.key})
                    return "GET", "/policy", str(answer.status_code)
                case 1:
                    answer = self.client.get("/policy")
                    return "GET", "/policy", str(answer.status_code)
                case 2:
                    answer = self.client.get(f"/memory/{number}")
                    return "GET", "unmatched", str(answer.status_code)
                case _:
                    body = read_body(purpose="sell it", user_id=f"user_{number}")
                    headers = {"X-API-Key": self.key}
                    answer = self.client.post("/memory/read", json=body, headers=headers)
                    return "POST", "/memory/read", str(answer.status_code)
        except httpx.TransportError:
            return None  # refused while one process handed over to the next: it was not served

    def many(self, pool: ThreadPoolExecutor, count: int) -> None:
        self.answers.update(filter(None, pool.map(self.one, range(count))))

    def scrape(self) -> Figures:
        """Ask again when a process that is on its way out resets a connection unread."""
        for _ in range(ATTEMPTS):
            try:
                answer = self.client.get("/metrics", headers=WITH_TOKEN)
            except httpx.TransportError:
                continue
            assert answer.status_code == 200, answer.text
            return figures(answer.text)
        raise AssertionError("/metrics was never answered")

    def compare(self) -> None:
        """Hold that any process, when asked, tells what this client counted."""
        for _ in range(6):
            found = self.scrape()
            told = Counter(
                {one: count for one, count in requests(found).items() if one[1] in ENDPOINTS}
            )
            assert told == self.answers
            timed = by(found, "request_seconds_count", "endpoint")
            assert sum(timed[name,] for name in ENDPOINTS) == self.answers.total()
            denied = by(found, "denials_total", "scope", "purpose_class", "reason")
            assert denied == {
                ("preferences", "unrecognized", "POLICY_DENIED"): told[
                    "POST", "/memory/read", "403"
                ]
            }


def folders(pid: int) -> list[Path]:
    """Return the folders in which the processes of this master count."""
    parents = (Path("/dev/shm"), Path(tempfile.gettempdir()))
    return [found for parent in parents for found in parent.glob(f"memory-scope-metrics-{pid}-*")]


def counting(folder: Path) -> set[int]:
    """Return the processes that have files of their own."""
    return {int(file.stem.partition("_")[2]) for file in folder.glob("counter_[0-9]*.db")}


@pytest.mark.django_db(transaction=True)
def test_any_process_tells_what_all_counted_through_restarts_and_a_kill(
    project: Project, server: str
) -> None:
    stale = tempfile.mkdtemp()
    environment = {"METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": stale}
    with started_service(server=server, workers=processes(), **environment) as service:
        master = service.master
        asking = Asking(service.address, make_key(project)[1])
        with asking.client, ThreadPoolExecutor(PARALLEL) as pool:
            asking.many(pool, 400)
            asking.compare()
            (folder,) = folders(master)
            assert folder.stat().st_mode & 0o077 == 0
            first = counting(folder)
            assert len(first) == processes()

            os.kill(master, signal.SIGHUP)
            asking.many(pool, 400)
            asking.compare()
            _until_gone(asking, folder, first)
            asking.many(pool, 400)
            asking.compare()
            assert folders(master) == [folder]

            victim = counting(folder).pop()
            os.kill(victim, signal.SIGKILL)
            _until_gone(asking, folder, {victim})
            asking.many(pool, 400)
            asking.compare()
            assert len(counting(folder)) <= processes()
    assert folders(master) == []
    assert os.listdir(stale) == [], "another run's folder was used"
    os.rmdir(stale)


def _until_gone(asking: Asking, folder: Path, pids: set[int]) -> None:
    """Ask until the files of these processes are folded; the figures stay right meanwhile."""
    deadline = time.monotonic() + 60
    while counting(folder) & pids:
        assert time.monotonic() < deadline, "the files of ended processes stay"
        asking.scrape()


@pytest.mark.django_db(transaction=True)
def test_a_service_without_a_token_keeps_no_folder(project: Project, server: str) -> None:
    with started_service(server=server, workers=processes()) as service:
        assert httpx.get(f"{service.address}/metrics", headers=WITH_TOKEN).status_code == 404
        assert folders(service.master) == []


def write_values(file: Path, values: dict[str, float]) -> None:
    kept: Any = MmapedDict(str(file))  # type: ignore[no-untyped-call] # it has no types
    for key, value in values.items():
        kept.write_value(key, value, 0.0)
    kept.close()


class TestAddingUp:
    """The files `counter_<pid>.db`, as the processes write them."""

    @staticmethod
    def write(folder: Path, pid: int, **counts: int) -> None:
        values = {
            mmap_key("requests", "requests_total", ["method"], [method], "How often."): float(count)
            for method, count in counts.items()
        }
        write_values(folder / f"counter_{pid}.db", values)

    @staticmethod
    def sums(folder: Path) -> dict[str, float]:
        return {
            sample.labels["method"]: sample.value
            for metric in add_up(folder)
            for sample in metric.samples
        }

    def test_a_process_that_has_ended_stays_counted_in_one_file(self, tmp_path: Path) -> None:
        self.write(tmp_path, os.getpid(), GET=1, POST=2)
        self.write(tmp_path, ENDED, GET=10)
        self.write(tmp_path, ENDED + 1, GET=100, PUT=1000)
        told = {"GET": 111, "POST": 2, "PUT": 1000}
        assert [self.sums(tmp_path) for _ in range(3)] == [told] * 3
        self.write(tmp_path, ENDED + 2, PUT=10_000)
        assert self.sums(tmp_path) == {**told, "PUT": 11_000}
        names = {file.name for file in tmp_path.glob("*.db")}
        assert names == {f"counter_{os.getpid()}.db", "counter_ended.db"}

    def test_a_file_that_was_only_just_made_counts_nothing(self, tmp_path: Path) -> None:
        for pid in (os.getpid(), ENDED):
            (tmp_path / f"counter_{pid}.db").touch()
        assert self.sums(tmp_path) == {}

    def test_what_a_killed_process_left_half_folded_is_not_counted(self, tmp_path: Path) -> None:
        self.write(tmp_path, ENDED, GET=10)
        write_values(tmp_path / "counter_ended.new", {"half": 7.0})
        assert self.sums(tmp_path) == {"GET": 10}
