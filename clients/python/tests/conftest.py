"""The client against the real service, and against a server that fails on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from accounts.models import Project
from clients.python.tests.servers import Script, scripted_server
from memory_scope import MemoryScopeClient
from tests.conftest import (  # noqa: F401 - fixtures of the service's tests
    emptied_behind_each,
    owner,
    project,
    service,
    shared_service,
)
from tests.makers import make_key


@pytest.fixture
def key(project: Project) -> str:  # noqa: F811 - the fixture, by its name
    return make_key(project)[1]


@pytest.fixture
def client(service: str, key: str) -> Iterator[MemoryScopeClient]:  # noqa: F811 - as above
    with MemoryScopeClient(api_key=key, base_url=service) as client:
        yield client


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that the client would make, without making them."""
    made: list[float] = []

    async def record(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr("memory_scope.client.sleep", made.append)
    monkeypatch.setattr("memory_scope.async_client.sleep", record)
    monkeypatch.setattr("memory_scope.client.uniform", lambda low, high: high)
    monkeypatch.setattr("memory_scope.async_client.uniform", lambda low, high: high)
    return made


@pytest.fixture
def script() -> Iterator[Callable[..., Script]]:
    """Return a server that gives the answers it is told, one after the other."""
    with scripted_server() as start:
        yield start
