"""Whose connections a request goes by: those of this process, and of this event loop.

A forked child inherits its parent's sockets. Both would read from the same connection, and one
would get the answer that the other asked for. So what was opened before a fork is never used after
it, and a loop's connections never in another loop: there, new ones are opened.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from typing import Any, NoReturn

import httpx2

from memory_scope.exceptions import ClientStateError, InvalidArgumentError

CLOSED = "The client is closed: make another one."
CLOSED_ELSEWHERE = "The http_client is closed: the client cannot be used any more."
ELSEWHERE = (
    "A client with a transport or an http_client of its own stays in the {place} that made it: "
    "make one for this."
)
# Transports without a socket, which nothing can cross.
WITHOUT_SOCKETS = (httpx2.MockTransport, httpx2.ASGITransport, httpx2.WSGITransport)

_forks = 0  # those between the first process and this one


def _count_fork() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(after_in_child=_count_fork)


def this_process() -> tuple[int, int]:
    """Return what tells this process from all that it descends from, though ids are used again."""
    return _forks, os.getpid()


class NotPickled:
    """Refuses to be copied into another process or object: a connection cannot be."""

    def __reduce__(self) -> NoReturn:
        raise InvalidArgumentError(
            f"A {type(self).__name__} cannot be pickled or copied: it holds a key and connections. "
            "Make one in each process."
        )


class Connections:
    """The connections of a client for code that waits. Threads may share them.

    An HTTP client that was given is used in the process that gave it, and left open.
    """

    def __init__(
        self,
        open_client: Callable[[], httpx2.Client],
        transport: httpx2.BaseTransport | None,
        given: httpx2.Client | None,
    ) -> None:
        self._open = open_client
        self._given = given
        self._bound = given is not None or not _can_cross(transport)
        self.is_closed = False
        # What a parent opened is kept unused: closing it here could end the parent's connections.
        self._opened = {this_process(): open_client() if given is None else given}

    def client(self) -> httpx2.Client:
        """Return this process's. Raises ClientStateError when closed, or when it cannot be."""
        _hold_open(self.is_closed, self._given)
        process = this_process()
        opened = self._opened.get(process)
        if opened is not None:
            return opened
        if self._bound:
            raise ClientStateError(ELSEWHERE.format(place="process"))
        # Of two threads that come here at once both get the one that is kept.
        return self._opened.setdefault(process, self._open())

    def close(self) -> None:
        """Close those of this process."""
        self.is_closed = True
        opened = self._opened.pop(this_process(), None)
        if opened is not None and self._given is None:
            opened.close()


class AsyncConnections:
    """The connections of a client for asyncio: of each process and event loop its own.

    An HTTP client that was given is used in the loop that uses it first, and left open.
    """

    def __init__(
        self,
        open_client: Callable[[], httpx2.AsyncClient],
        transport: httpx2.AsyncBaseTransport | None,
        given: httpx2.AsyncClient | None,
    ) -> None:
        self._open = open_client
        self._given = given
        self._bound = given is not None or not _can_cross(transport)
        self.is_closed = False
        self._opened: dict[tuple[Any, ...], _OfLoop] = {}
        # Opened here, so that a wrong setting is told now.
        self._waiting: httpx2.AsyncClient | None = open_client() if given is None else given

    async def client(self) -> httpx2.AsyncClient:
        """Return this loop's. Raises ClientStateError when closed, or when it cannot be."""
        _hold_open(self.is_closed, self._given)
        loop = asyncio.get_running_loop()
        place = (*this_process(), id(loop))
        opened = self._opened.get(place)
        if opened is None or opened.loop is not loop:
            if self._bound and self._opened:
                raise ClientStateError(ELSEWHERE.format(place="event loop"))
            # It opens its sockets when it is asked for something, in the loop that asks.
            client, self._waiting = self._waiting or self._open(), None
            opened = _OfLoop(loop, client)
            self._opened[place] = opened
            self._forget_ended()
            if self._given is None:
                await opened.close_with_loop()
        return opened.client

    async def close(self) -> None:
        """Close those of this loop. A loop that has ended has closed its own."""
        self.is_closed = True
        loop = asyncio.get_running_loop()
        for opened in list(self._opened.values()):
            if opened.loop is loop and self._given is None:
                await opened.client.aclose()
        self._opened.clear()

    def _forget_ended(self) -> None:
        for place, opened in list(self._opened.items()):
            if opened.loop.is_closed() and not self._bound:
                self._opened.pop(place, None)


def _can_cross(transport: object) -> bool:
    """Say whether what sends through it can be used in another process or loop."""
    return transport is None or isinstance(transport, WITHOUT_SOCKETS)


def _hold_open(is_closed: bool, given: httpx2.Client | httpx2.AsyncClient | None) -> None:
    if is_closed:
        raise ClientStateError(CLOSED)
    if given is not None and given.is_closed:
        raise ClientStateError(CLOSED_ELSEWHERE)


class _OfLoop:
    def __init__(self, loop: asyncio.AbstractEventLoop, client: httpx2.AsyncClient) -> None:
        self.loop = loop
        self.client = client
        self._end = self._at_the_end()

    async def close_with_loop(self) -> None:
        """Let the end of the loop close the connections, as `asyncio.run` ends its generators."""
        await anext(self._end)

    async def _at_the_end(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self.client.aclose()
