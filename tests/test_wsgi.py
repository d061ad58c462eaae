"""What the WSGI application changes about Django for the service's own processes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.dispatch import Signal

from config.wsgi import lighten_signals


@pytest.fixture
def _as_in_the_service() -> Iterator[None]:
    before = [(signal, list(signal.receivers)) for signal in (request_started, request_finished)]
    lighten_signals()
    yield
    for signal, receivers in before:
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


@pytest.mark.usefixtures("_as_in_the_service")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signal", [request_started, request_finished])
def test_a_connection_that_is_too_old_is_closed_as_a_request_begins_and_ends(
    signal: Signal,
) -> None:
    connection.ensure_connection()
    mine = connection.connection
    connection.close_at = time.monotonic() + 60
    signal.send(sender=None)
    assert connection.connection is mine
    connection.close_at = time.monotonic() - 1
    signal.send(sender=None)
    assert connection.connection is None


@pytest.mark.usefixtures("_as_in_the_service")
def test_nothing_else_is_done_then() -> None:
    assert [len(signal.receivers) for signal in (request_started, request_finished)] == [1, 1]
