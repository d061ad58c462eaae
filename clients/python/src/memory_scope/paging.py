"""Lists that come in pages. Each is asked for when it is needed, so a list may be of any length."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from memory_scope._calls import Call
from memory_scope.exceptions import APIError
from memory_scope.records import Page
from memory_scope.vocabulary import Timeout

T = TypeVar("T")


class Pages(Generic[T]):
    """What a list holds, the newest first: to be iterated, as often as wanted, or page by page."""

    def __init__(
        self,
        send: Callable[[Call[Page[T]]], Page[T]],
        call: Callable[[str | None], Call[Page[T]]],
        timeout: Timeout,
        extra_headers: Mapping[str, str] | None,
    ) -> None:
        self._send = send
        self._call = _adjusted(call, timeout, extra_headers)
        self._call(None)  # what cannot be sent is told now, not when the first page is asked for

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def page(self, cursor: str | None = None) -> Page[T]:
        """Ask for one page: the first, or the one that another's `next_cursor` leads to."""
        return self._send(self._call(cursor))

    def pages(self, cursor: str | None = None) -> Iterator[Page[T]]:
        """Yield the pages from that one on."""
        way = _Way(cursor)
        while True:
            page = self.page(cursor)
            yield page
            if page.next_cursor is None:
                return
            cursor = way.further(page)


class AsyncPages(Generic[T]):
    """What a list holds, for `async for`. See `Pages`."""

    def __init__(
        self,
        send: Callable[[Call[Page[T]]], Awaitable[Page[T]]],
        call: Callable[[str | None], Call[Page[T]]],
        timeout: Timeout,
        extra_headers: Mapping[str, str] | None,
    ) -> None:
        self._send = send
        self._call = _adjusted(call, timeout, extra_headers)
        self._call(None)

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def page(self, cursor: str | None = None) -> Page[T]:
        """Ask for one page: the first, or the one that another's `next_cursor` leads to."""
        return await self._send(self._call(cursor))

    async def pages(self, cursor: str | None = None) -> AsyncIterator[Page[T]]:
        """Yield the pages from that one on."""
        way = _Way(cursor)
        while True:
            page = await self.page(cursor)
            yield page
            if page.next_cursor is None:
                return
            cursor = way.further(page)


def _adjusted(
    call: Callable[[str | None], Call[Page[T]]],
    timeout: Timeout,
    extra_headers: Mapping[str, str] | None,
) -> Callable[[str | None], Call[Page[T]]]:
    def of(cursor: str | None) -> Call[Page[T]]:
        return call(cursor).adjusted(timeout, extra_headers)

    return of


class _Way:
    """The way through the pages of a list, which no answer may lead in a circle.

    It keeps one cursor, each time for twice as many pages: so it finds a circle of any length, and
    a list of any length takes no more memory.
    """

    def __init__(self, cursor: str | None) -> None:
        self._kept = cursor
        self._pages, self._for_pages = 0, 1

    def further(self, page: Page[Any]) -> str | None:
        """Return where to go on. Raises APIError for pages that lead in a circle."""
        if page.next_cursor == self._kept:
            raise APIError(
                "The pages lead in a circle: is this the address of a Memory Scope?",
                request_id=page.request_id,
            )
        self._pages += 1
        if self._pages == self._for_pages:
            self._kept = page.next_cursor
            self._pages, self._for_pages = 0, 2 * self._for_pages
        return page.next_cursor
