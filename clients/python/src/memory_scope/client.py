"""The client for code that waits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from time import sleep
from types import TracebackType
from typing import TypeVar

import httpx2

from memory_scope._answers import understand
from memory_scope._calls import Call
from memory_scope._connections import Connections
from memory_scope._environment import certificates
from memory_scope._keys import Secret
from memory_scope._log import answered, sent_again, unanswered
from memory_scope._memory_operations import MemoryOperations
from memory_scope._reading_operations import ReadingOperations
from memory_scope._retries import Attempts, uniform
from memory_scope._setup import DEFAULT_TIMEOUT, Setup, check_http_client
from memory_scope._user_operations import UserOperations
from memory_scope.exceptions import MemoryScopeError

T = TypeVar("T")


class MemoryScopeClient(Setup, MemoryOperations, ReadingOperations, UserOperations):
    """A service and a key. Threads may share one; close it, or use it in a `with`.

    Args:
        api_key: A key of the console, or a function that returns one, which is asked for each
            request: what it raises comes through. Without it, `MEMORY_SCOPE_API_KEY`.
        base_url: The service's address; without it, `MEMORY_SCOPE_BASE_URL`.
        timeout: Seconds for each of connecting, sending and waiting for the next piece of the
            answer, not for all of it; None: no end.
        max_retries: How often a call that may succeed later is sent again: after no answer, 408,
            429 and 5xx, with growing pauses (0.5 to 8 seconds, or what Retry-After says, up to 60).
        allow_http: Let the key travel in clear to an address that is not this machine.
        transport: An httpx2 transport to send through, for tests and proxies.
        http_client: An httpx2.Client of your own to send through, instead of a transport: its
            proxies, certificates, limits and hooks hold, `timeout` is still the one given here, and
            redirects are not followed. Whoever made it closes it; `close` leaves it open. Its hooks
            see the key.

    Raises:
        ConfigurationError: The key is malformed, or the address or a setting cannot be used.

    Every method raises a `memory_scope.exceptions.MemoryScopeError` of the kind that fits, and
    takes two arguments besides its own:

    - `timeout`: seconds for this call instead of the client's, in the same sense; exactly these,
      also where the client would wait longer.
    - `extra_headers`: more headers of printable ASCII characters, such as `Prefer`, `X-Request-ID`
      or `traceparent`. Those that the client sets itself (`X-API-Key`, `Idempotency-Key`,
      `Content-Type`, `Accept` and those of the connection) are refused with an
      InvalidArgumentError.

    The logger `memory_scope` tells of each answer at DEBUG, and of each retry at INFO, by the route
    and never by a user, a value, a token or a key.
    """

    def __init__(
        self,
        *,
        api_key: str | Callable[[], str] | None = None,
        base_url: str | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = 2,
        allow_http: bool = False,
        transport: httpx2.BaseTransport | None = None,
        http_client: httpx2.Client | None = None,
    ) -> None:
        # From here on no frame holds the key as a variable that a traceback could show.
        secret, api_key = None if api_key is None else Secret(api_key), None
        super().__init__(secret, base_url, timeout, max_retries, allow_http)
        check_http_client(http_client, httpx2.Client, transport)
        given = transport

        def open_http() -> httpx2.Client:
            own = given
            if given is None and not self._proxied:
                own = httpx2.HTTPTransport(verify=certificates(self._certified))
            return httpx2.Client(transport=own, trust_env=self._proxied, follow_redirects=False)

        self._connections = Connections(lambda: self._opened_by(open_http), transport, http_client)

    def __enter__(self) -> MemoryScopeClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, but no `http_client`. The client cannot be used any more."""
        self._connections.close()

    def _send(self, call: Call[T]) -> T:
        attempts = Attempts(self._max_retries, uniform)
        while True:
            outcome = self._attempt(call, attempts.number)
            if not isinstance(outcome, MemoryScopeError):
                return outcome
            delay = attempts.delay_after(outcome)
            if delay is None:
                raise outcome
            sent_again(call, attempts.number, delay)
            sleep(delay)

    def _attempt(self, call: Call[T], number: int) -> T | MemoryScopeError:
        """Return a failure unraised: when the caller raises it, frames with the key are gone."""
        client, key = self._connections.client(), self._keys.now()
        try:
            request = client.build_request(**self._arguments(call, key))
            response = client.send(request, stream=call.streamed, follow_redirects=False)
            if call.streamed and not response.is_success:
                with closing(response):
                    response.read()
        except Exception as error:
            failure = self._failure(error, is_closed=self._connections.is_closed)
            unanswered(call, number, failure)
            return failure
        except BaseException as error:  # an interrupt goes on, without the frames with the key
            raise error.with_traceback(None) from None
        self._keep_rate_limit(response)
        answered(call, number, response.status_code, response.headers.get("X-Request-ID"))
        return understand(call, response)
