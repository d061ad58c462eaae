"""The client for asyncio. Its methods are those of `MemoryScopeClient`, to be awaited."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from types import TracebackType
from typing import TypeVar

import httpx2

from memory_scope._answers import understand
from memory_scope._async_memory_operations import AsyncMemoryOperations
from memory_scope._async_reading_operations import AsyncReadingOperations
from memory_scope._async_user_operations import AsyncUserOperations
from memory_scope._calls import Call
from memory_scope._connections import AsyncConnections
from memory_scope._environment import certificates
from memory_scope._keys import Secret
from memory_scope._log import answered, sent_again, unanswered
from memory_scope._retries import Attempts, uniform
from memory_scope._setup import DEFAULT_TIMEOUT, Setup, check_http_client
from memory_scope.exceptions import MemoryScopeError

T = TypeVar("T")


class AsyncMemoryScopeClient(
    Setup, AsyncMemoryOperations, AsyncReadingOperations, AsyncUserOperations
):
    """A service and a key, for asyncio. Tasks may share one; close it, or use it in `async with`.

    The arguments, and what is raised, are those of `MemoryScopeClient`. The function that `api_key`
    may be can be one to await; `http_client` is an httpx2.AsyncClient.
    """

    def __init__(
        self,
        *,
        api_key: str | Callable[[], str] | Callable[[], Awaitable[str]] | None = None,
        base_url: str | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = 2,
        allow_http: bool = False,
        transport: httpx2.AsyncBaseTransport | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        # From here on no frame holds the key as a variable that a traceback could show.
        secret, api_key = None if api_key is None else Secret(api_key), None
        super().__init__(secret, base_url, timeout, max_retries, allow_http)
        check_http_client(http_client, httpx2.AsyncClient, transport)
        given = transport

        def open_http() -> httpx2.AsyncClient:
            own = given
            if given is None and not self._proxied:
                own = httpx2.AsyncHTTPTransport(verify=certificates(self._certified))
            return httpx2.AsyncClient(
                transport=own, trust_env=self._proxied, follow_redirects=False
            )

        self._connections = AsyncConnections(
            lambda: self._opened_by(open_http), transport, http_client
        )

    async def __aenter__(self) -> AsyncMemoryScopeClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections, but no `http_client`. The client cannot be used any more."""
        await self._connections.close()

    async def _send(self, call: Call[T]) -> T:
        attempts = Attempts(self._max_retries, uniform)
        while True:
            outcome = await self._attempt(call, attempts.number)
            if not isinstance(outcome, MemoryScopeError):
                return outcome
            delay = attempts.delay_after(outcome)
            if delay is None:
                raise outcome
            sent_again(call, attempts.number, delay)
            await sleep(delay)

    async def _attempt(self, call: Call[T], number: int) -> T | MemoryScopeError:
        """Return a failure unraised: when the caller raises it, frames with the key are gone."""
        client, key = await self._connections.client(), await self._keys.awaited()
        try:
            request = client.build_request(**self._arguments(call, key))
            response = await client.send(request, stream=call.streamed, follow_redirects=False)
            if call.streamed and not response.is_success:
                async with aclosing(response):
                    await response.aread()
        except Exception as error:
            failure = self._failure(error, is_closed=self._connections.is_closed)
            unanswered(call, number, failure)
            return failure
        except BaseException as error:  # a cancellation goes on, without the frames with the key
            raise error.with_traceback(None) from None
        self._keep_rate_limit(response)
        answered(call, number, response.status_code, response.headers.get("X-Request-ID"))
        return understand(call, response)
