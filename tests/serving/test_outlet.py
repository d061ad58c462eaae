"""What a client has not read yet, and a disk that has no room for it."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.serving.outlet import IN_MEMORY, Outlet


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """Let no file grow beyond that, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_costs_one_answer_alone() -> None:
    """Not the loop: what a file could not write when it was told to, it tries when it is closed."""
    ours, theirs = socket.socketpair()
    with ours, theirs, small_files(3 * IN_MEMORY):
        ours.setblocking(False)
        outlet = Outlet(ours)
        outlet.sendall(b"a" * (2 * IN_MEMORY))
        with pytest.raises(OSError, match="File too large"):
            fill(outlet)
        outlet.close()
        assert outlet.seconds_to_read == 0


def fill(outlet: Outlet) -> None:
    while True:
        outlet.sendall(b"a" * 3000)
        outlet.flush()
