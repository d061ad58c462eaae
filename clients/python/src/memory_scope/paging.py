"""Lists that come in pages. Each is asked for when it is needed, so a list may be of any length."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Generic, TypeVar

from memory_scope._calls import Call
from memory_scope.exceptions import APIError
from memory_scope.records import Page

T = TypeVar("T")


class Pages(Generic[T]):
    """What a list holds, the newest first: to be iterated, as often as wanted, or page by page."""

    def __init__(
        self, send: Callable[[Call[Page[T]]], Page[T]], call: Callable[[str | None], Call[Page[T]]]
    ) -> None:
        self._send = send
        self._call = call
        call(None)  # what cannot be sent is told now, not when the first page is asked for

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def page(self, cursor: str | None = None) -> Page[T]:
        """Ask for one page: the first, or the one that another's `next_cursor` leads to."""
        return self._send(self._call(cursor))

    def pages(self, cursor: str | None = None) -> Iterator[Page[T]]:
        """Yield the pages from that one on."""
        while True:
            page = self.page(cursor)
            yield page
            if page.next_cursor is None:
                return
            cursor = _further(page, cursor)


class AsyncPages(Generic[T]):
    """What a list holds, for `async for`. See `Pages`."""

    def __init__(
        self,
        send: Callable[[Call[Page[T]]], Awaitable[Page[T]]],
        call: Callable[[str | None], Call[Page[T]]],
    ) -> None:
        self._send = send
        self._call = call
        call(None)

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def page(self, cursor: str | None = None) -> Page[T]:
        """Ask for one page: the first, or the one that another's `next_cursor` leads to."""
        return await self._send(self._call(cursor))

    async def pages(self, cursor: str | None = None) -> AsyncIterator[Page[T]]:
        """Yield the pages from that one on."""
        while True:
            page = await self.page(cursor)
            yield page
            if page.next_cursor is None:
                return
            cursor = _further(page, cursor)


def _further(page: Page[T], cursor: str | None) -> str | None:
    """Return where to go on. Raises APIError for a page that leads to itself, without an end."""
    if page.next_cursor == cursor:
        raise APIError(
            "The page leads to itself: is this the address of a Memory Scope?",
            request_id=page.request_id,
        )
    return page.next_cursor
