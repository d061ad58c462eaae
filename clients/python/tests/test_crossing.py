"""What one process or event loop opened is never used in another one."""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from config.environment import BASE_DIR
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, _connections
from memory_scope.exceptions import MemoryScopeError

KEY = new_key("test")
TOKEN = READ["revocation_token"]
FOUND = answer(200, READ)


def test_nobody_gets_anothers_memories(service: str, key: str) -> None:
    """Across forks, also amid requests, new processes, threads and loops, sync and async."""
    ran = subprocess.run(
        [sys.executable, "-m", "clients.python.tests.crossing", service, key, "600"],
        cwd=BASE_DIR,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", "clients/python/src"])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "600 reads, 0 wrong\n", ran.stderr


@contextmanager
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be a forked child, as far as the clients can tell."""
    with monkeypatch.context() as patch:
        patch.setattr(_connections, "_forks", _connections._forks + 1)
        yield


def test_a_child_closes_its_own_connections_and_not_its_parents(
    script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = script(FOUND, FOUND)
    client = MemoryScopeClient(api_key=KEY, base_url=told.address)
    parents = client._connections.client()
    with elsewhere(monkeypatch):
        assert client._connections.client() is not parents
        client._connections.client().close()
    assert client.read_memory_continue(revocation_token=TOKEN).confidence == 0.0
    client.close()


def test_a_transport_of_the_callers_stays_where_it_was_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = httpx2.HTTPTransport()
    client = MemoryScopeClient(api_key=KEY, base_url="https://memory.example", transport=transport)
    with elsewhere(monkeypatch), pytest.raises(MemoryScopeError, match="process that made it"):
        client.policy()
    client.close()


def test_an_async_client_works_in_one_loop_after_the_other(script: Callable[..., Script]) -> None:
    told = script(FOUND, FOUND, FOUND)
    client = AsyncMemoryScopeClient(api_key=KEY, base_url=told.address)
    for _ in range(3):
        found = asyncio.run(client.read_memory_continue(revocation_token=TOKEN))
        assert found.confidence == 0.0
    assert len(client._connections._opened) == 1
    asyncio.run(client.close())


def test_a_closed_client_says_so(script: Callable[..., Script]) -> None:
    client = MemoryScopeClient(api_key=KEY, base_url="https://memory.example")
    client.close()
    client.close()
    with pytest.raises(MemoryScopeError, match="closed"):
        client.policy()

    async def use_a_closed_one() -> None:
        closed = AsyncMemoryScopeClient(api_key=KEY, base_url="https://memory.example")
        await closed.close()
        with pytest.raises(MemoryScopeError, match="closed"):
            await closed.policy()

    asyncio.run(use_a_closed_one())


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_cannot_be_copied_and_says_why(
    kind: type, duplicate: Callable[[object], object]
) -> None:
    client = kind(api_key=KEY, base_url="https://memory.example")
    with pytest.raises(TypeError, match="Make one in each process"):
        duplicate(client)
