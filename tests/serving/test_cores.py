"""With WEB_AFFINITY each process keeps to a core of its own, with all its threads."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from config import cores, processes
from tests.doors import SERVERS, Service, started_service
from tests.doors import processes as possible
from tests.serving.test_slow_clients import wait_until

ON = {"WEB_AFFINITY": "on", "RATE_LIMIT_SECOND": "1000"}


def kept_to(worker: int) -> set[int]:
    """Return the cores on which threads of a process may run."""
    threads = [int(one.name) for one in Path(f"/proc/{worker}/task").iterdir()]
    return {core for thread in threads for core in os.sched_getaffinity(thread)}


def are_spread(service: Service, workers: int) -> bool:
    """Say whether so many processes keep to a core each, and to as many cores as there are."""
    found = service.workers()
    if len(found) != workers:
        return False
    kept = [kept_to(worker) for worker in found]
    used = set().union(*kept)
    return all(len(one) == 1 for one in kept) and len(used) == min(workers, len(cores.allowed()))


@pytest.mark.skipif(not cores.can_be_kept_to(), reason="needs Linux")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("server", SERVERS)
def test_each_process_keeps_to_a_core_and_so_do_those_in_its_place(server: str) -> None:
    workers = possible()
    with started_service(workers=workers, server=server, **ON) as service:
        wait_until(lambda: are_spread(service, workers))
        killed = min(service.workers())
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: killed not in service.workers() and are_spread(service, workers))
        before = service.workers()
        os.kill(service.master, signal.SIGHUP)
        wait_until(lambda: not before & service.workers() and are_spread(service, workers))
        assert httpx.get(f"{service.address}/healthz").status_code == 200


def test_a_core_is_the_one_that_is_least_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "allowed", lambda: [2, 5, 7])
    assert cores.least_used([]) == 2
    assert cores.least_used([2, None, 5]) == 7
    assert cores.least_used([2, 5, 7, 2]) == 5


def test_where_it_cannot_be_the_service_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_AFFINITY", "on")
    assert processes.settings().own_cores is cores.can_be_kept_to()
    monkeypatch.setattr(cores, "can_be_kept_to", lambda: False)
    with pytest.raises(ImproperlyConfigured, match="Linux"):
        processes.settings()
