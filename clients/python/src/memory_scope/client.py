"""The client for code that waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import sleep
from types import TracebackType
from typing import Any, TypeVar

import httpx2

from memory_scope import _calls, results
from memory_scope._answers import understand
from memory_scope._calls import Call
from memory_scope._connections import Connections
from memory_scope._environment import certificates
from memory_scope._keys import Secret
from memory_scope._retries import Attempts, uniform
from memory_scope._setup import DEFAULT_TIMEOUT, Setup
from memory_scope.exceptions import MemoryScopeError
from memory_scope.vocabulary import Scope, Source

T = TypeVar("T")


class MemoryScopeClient(Setup):
    """A service and a key. Threads may share one; close it, or use it in a `with`.

    Args:
        api_key: A key of the console, or a function that returns one, which is asked for each
            request: what it raises comes through. Without it, `MEMORY_SCOPE_API_KEY`.
        base_url: The service's address; without it, `MEMORY_SCOPE_BASE_URL`.
        timeout: Seconds for each of connecting, sending and waiting for the answer; None: no end.
        max_retries: How often a call that may succeed later is sent again: after no answer, 408,
            429 and 5xx, with growing pauses (0.5 to 8 seconds, or what Retry-After says, up to 60).
        allow_http: Let the key travel in clear to an address that is not this machine.
        transport: An httpx2 transport to send through, for tests and proxies.

    Raises:
        ConfigurationError: The key is malformed, or the address or a setting cannot be used.

    Every method raises a `memory_scope.exceptions.MemoryScopeError` of the kind that fits.
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
    ) -> None:
        # From here on no frame holds the key as a variable that a traceback could show.
        secret, api_key = None if api_key is None else Secret(api_key), None
        super().__init__(secret, base_url, timeout, max_retries, allow_http)
        given = transport

        def open_http() -> httpx2.Client:
            own = given
            if given is None and not self._proxied:
                own = httpx2.HTTPTransport(verify=certificates(self._certified))
            return httpx2.Client(transport=own, trust_env=self._proxied, follow_redirects=False)

        self._connections = Connections(lambda: self._opened_by(open_http), transport)

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
        """Close the connections. The client cannot be used any more."""
        self._connections.close()

    def create_memory(
        self,
        *,
        user_id: str,
        scope: Scope,
        source: Source,
        value_json: Mapping[str, Any] | list[Any],
        domain: str | None = None,
        ttl_days: int | None = None,
        replace: bool = False,
        idempotency_key: str | None = None,
    ) -> results.Memory:
        """Store a memory. It is stored once, however often the network makes this try.

        Args:
            user_id: The end user, in your own naming.
            scope: preferences, constraints, communication, accessibility, schedule or attention.
            source: explicit_user_input, user_setting, inferred or system.
            value_json: What is to be remembered.
            domain: A part of the scope, such as `food`.
            ttl_days: Days until it expires, 1 to 365; None: never.
            replace: Stand, under each outermost key of `value_json`, in place of what was said
                before with no more authority; so a limit can rise and a list can lose something.
            idempotency_key: To store once across processes too: the same key and body within 24
                hours give the first answer again. Without it each call draws its own.
        """
        return self._send(
            _calls.create_memory(
                user_id=user_id,
                scope=scope,
                source=source,
                value_json=value_json,
                domain=domain,
                ttl_days=ttl_days,
                replace=replace,
                idempotency_key=idempotency_key,
            )
        )

    def read_memory(
        self,
        *,
        user_id: str,
        scope: Scope,
        purpose: str,
        domain: str | None = None,
        max_age_days: int | None = None,
        detail: bool = False,
    ) -> results.MemoryRead:
        """Read a summary for a purpose. Nothing stored is not an error.

        Args:
            user_id: The end user.
            scope: The scope to read.
            purpose: Why, in plain words, such as "recommend restaurants".
            domain: Reads exactly that domain; None: exactly what was stored without one.
            max_age_days: Only what was stored within so many days, 1 to 3650.
            detail: Tell what stands behind the summary too: who said what, when, and what was
                overruled; and the summary as sentences for a language model.

        Raises:
            PolicyDeniedError: The purpose is not allowed for the scope.
        """
        return self._send(
            _calls.read_memory(
                user_id=user_id,
                scope=scope,
                purpose=purpose,
                domain=domain,
                max_age_days=max_age_days,
                detail=detail,
            )
        )

    def read_memory_continue(
        self, *, revocation_token: str, max_age_days: int | None = None, detail: bool = False
    ) -> results.MemoryRead:
        """Read again what a token was given for, brought up to date.

        Raises:
            GrantRevokedError: The access was taken back, or has expired.
            NotFoundError: No such token.
        """
        return self._send(
            _calls.read_memory_continue(
                revocation_token=revocation_token, max_age_days=max_age_days, detail=detail
            )
        )

    def revoke_memory(self, *, revocation_token: str) -> results.Revocation:
        """Take the access back: what was stored is hidden at once, from every reader.

        Raises:
            NotFoundError: The token opens nothing (any more). With `after_lost_answer` an earlier
                attempt of this call got no answer, and may be what took the access back.
        """
        return self._send(_calls.revoke_memory(revocation_token=revocation_token))

    def policy(self) -> results.Policy:
        """Return the policy as the service enforces it: what may be read for what."""
        return self._send(_calls.get_policy())

    def check_policy(self, *, scope: Scope, purpose: str) -> results.PolicyCheck:
        """Ask what a read for this purpose would be answered. It reads nothing.

        Args:
            scope: The scope that would be read.
            purpose: Why, in the words of the read.
        """
        return self._send(_calls.check_policy(scope=scope, purpose=purpose))

    def usage(self) -> results.Usage:
        """Return what is left of this key's limit, and how much it was used in the last 30 days."""
        return self._send(_calls.get_usage())

    def _send(self, call: Call[T]) -> T:
        attempts = Attempts(self._max_retries, uniform)
        while True:
            outcome = self._attempt(call)
            if not isinstance(outcome, MemoryScopeError):
                return outcome
            delay = attempts.delay_after(outcome)
            if delay is None:
                raise outcome
            sleep(delay)

    def _attempt(self, call: Call[T]) -> T | MemoryScopeError:
        """Return a failure unraised: when the caller raises it, frames with the key are gone."""
        client, key = self._connections.client(), self._keys.now()
        try:
            response = client.request(**self._arguments(call, key))
        except Exception as error:
            return self._failure(error, is_closed=self._connections.is_closed)
        except BaseException as error:  # an interrupt goes on, without the frames with the key
            raise error.with_traceback(None) from None
        self._keep_rate_limit(response)
        return understand(call, response)
