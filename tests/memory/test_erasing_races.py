"""Erasures that race stores of the same user: each takes all that was stored before it, whole."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, Event

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, Project
from memory import tallies
from memory.models import IdempotencyRecord, Memory
from tests.doors import plain_client, processes, running_service
from tests.makers import make_key, memory_body

ERASURES = 100
ERASERS = 4
STORES = 4


@pytest.mark.django_db(transaction=True)
def test_nothing_that_was_stored_before_one_is_left_by_it(project: Project, server: str) -> None:
    key = make_key(project, rate_limit=100_000, burst_limit=10_000)[1]
    stored: dict[str, int] = {}
    numbers, over, ready = count(), Event(), Barrier(ERASERS + STORES)

    def door(address: str) -> httpx.Client:
        return plain_client(base_url=address, headers={"X-API-Key": key}, timeout=60)

    def store(address: str, writer: int) -> None:
        with door(address) as client:
            ready.wait(timeout=60)
            while not over.is_set():
                number = next(numbers)
                body = memory_body(domain=f"d{number % 3}" if writer else None)
                once = {"Idempotency-Key": f"order {number}"}
                response = client.post("/memory", json=body, headers=once)
                assert response.status_code == 201, response.text
                stored[response.json()["id"]] = number

    def stored_of(least: int) -> list[str]:
        """Wait for so many stores: there is something to erase however the threads take turns."""
        until = time.monotonic() + 60
        while len(stored) < least and time.monotonic() < until:
            time.sleep(0.001)
        assert len(stored) >= least
        return list(stored)

    def erase(address: str) -> int:
        gone = 0
        try:
            with door(address) as client:
                ready.wait(timeout=60)
                for number in range(1, ERASURES // ERASERS + 1):
                    before = stored_of(number)
                    response = client.delete("/users/user_1")
                    assert response.status_code == 200, response.text
                    gone += response.json()["memories_deleted"]
                    assert not Memory.objects.filter(pk__in=before[-1000:]).exists()
        finally:
            connection.close()
        return gone

    environment = {"RATE_LIMIT_HOUR": "100000", "RATE_LIMIT_SECOND": "10000"}
    with (
        running_service(server=server, workers=processes(), **environment) as address,
        ThreadPoolExecutor(ERASERS + STORES) as threads,
    ):
        writing = [threads.submit(store, address, writer) for writer in range(STORES)]
        erasing = [threads.submit(erase, address) for _ in range(ERASERS)]
        try:
            gone = sum(future.result() for future in erasing)
        finally:
            over.set()
        for future in writing:
            future.result()

    left = set(map(str, Memory.objects.values_list("pk", flat=True)))
    assert gone + len(left) == len(stored)
    assert gone >= ERASURES // ERASERS  # the races were races
    # Each store is gone as a whole, or there as a whole.
    named = AuditEvent.objects.filter(event_type="MEMORY_CREATE", user_id="user_1")
    assert {one for event in named for one in event.memory_ids} == left
    assert IdempotencyRecord.objects.count() == len(left)
    assert AuditEvent.objects.filter(event_type="USER_ERASE").count() == ERASURES
    used = tallies.used(project.pk, "test", at=timezone.now())
    assert used == {"memories": len(left), "grants": 0, "idempotency_keys": len(left)}
