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
ELSEWHERE = (
    "A client with a transport of its own stays in the {place} that made it: make one for this."
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
    """The connections of a client for code that waits. Threads may share them."""

    def __init__(
        self, open_client: Callable[[], httpx2.Client], transport: httpx2.BaseTransport | None
    ) -> None:
        self._open = open_client
        self._bound = transport is not None and not isinstance(transport, WITHOUT_SOCKETS)
        self.is_closed = False
        # What a parent opened is kept unused: closing it here could end the parent's connections.
        self._opened = {this_process(): open_client()}

    def client(self) -> httpx2.Client:
        """Return this process's. Raises ClientStateError when closed, or when it cannot be."""
        if self.is_closed:
            raise ClientStateError(CLOSED)
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
        if opened is not None:
            opened.close()


class AsyncConnections:
    """The connections of a client for asyncio: of each process and event loop its own."""

    def __init__(
        self,
        open_client: Callable[[], httpx2.AsyncClient],
        transport: httpx2.AsyncBaseTransport | None,
    ) -> None:
        self._open = open_client
        self._bound = transport is not None and not isinstance(transport, WITHOUT_SOCKETS)
        self.is_closed = False
        self._opened: dict[tuple[Any, ...], _OfLoop] = {}
        self._waiting: httpx2.AsyncClient | None = open_client()  # a wrong setting is told now

    async def client(self) -> httpx2.AsyncClient:
        """Return this loop's. Raises ClientStateError when closed, or when it cannot be."""
        if self.is_closed:
            raise ClientStateError(CLOSED)
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
            await opened.close_with_loop()
        return opened.client

    async def close(self) -> None:
        """Close those of this loop. A loop that has ended has closed its own."""
        self.is_closed = True
        loop = asyncio.get_running_loop()
        for opened in list(self._opened.values()):
            if opened.loop is loop:
                await opened.client.aclose()
        self._opened.clear()

    def _forget_ended(self) -> None:
        for place, opened in list(self._opened.items()):
            if opened.loop.is_closed() and not self._bound:
                self._opened.pop(place, None)


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
