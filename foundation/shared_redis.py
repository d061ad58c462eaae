"""The one way to Redis: one set of time limits, and one circuit breaker for each address.

A Redis that fails, in whatever way (gone, hung, full, loading, read-only), is left alone for a
while: who asks meanwhile hears so at once, and one request in every RETRY seconds tries whether it
is back. Counters and the cache share it: what one has learnt, the other need not wait for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger("memory_scope.limits")

TIMEOUT = 0.25  # seconds; a request waits no longer for Redis
RETRY = 2.0  # seconds for which a Redis that failed is not asked again
# A full or read-only Redis still answers these: they do not prove that it is back.
READS = frozenset({"GET", "MGET", "EXISTS", "TTL", "PTTL", "SCRIPT LOAD"})


class Breaker:
    """Whether a Redis may be asked. The log says once when it goes and when it is back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._retry_at: float | None = None
        self._refused = 0

    @property
    def is_open(self) -> bool:
        return self._retry_at is not None

    def may_ask(self) -> bool:
        """Say yes to one in every RETRY seconds while it is open: no other waits."""
        if self._retry_at is None:
            return True
        with self._lock:
            if self._retry_at is None:
                return True
            if time.monotonic() < self._retry_at:
                self._refused += 1
                return False
            self._retry_at = time.monotonic() + RETRY
            return True

    def ask_on(self) -> None:
        """Let whoever tries go on with a second command."""
        if self._retry_at is None:
            return
        with self._lock:
            if self._retry_at is not None:
                self._retry_at = 0.0

    def failed(self, error: redis.RedisError) -> None:
        with self._lock:
            first = self._retry_at is None
            self._retry_at = time.monotonic() + RETRY
            self._refused += 1
        if first:
            logger.warning(
                "Redis does not answer (%s): limits are kept by each process, and nobody can "
                "sign in",
                type(error).__name__,
            )

    def succeeded(self) -> None:
        if self._retry_at is None:
            return
        with self._lock:
            if self._retry_at is None:
                return
            self._retry_at = None
            refused, self._refused = self._refused, 0
        logger.warning("Redis answers again: limits are shared (%d times it was not)", refused)


class Client(redis.Redis):
    """A Redis client behind the breaker of its address; raises redis.RedisError at once if open."""

    breaker: Breaker

    def execute_command(self, *words: Any, **options: Any) -> Any:
        return self.behind_breaker(super().execute_command, *words, **options)

    def behind_breaker(self, ask: Callable[..., Any], *words: Any, **options: Any) -> Any:
        """Let `ask` send this command, and let the breaker know what becomes of it."""
        if not self.breaker.may_ask():
            raise redis.ConnectionError("Redis failed a moment ago, and is not asked.")
        try:
            answer = ask(*words, **options)
        except redis.exceptions.NoScriptError:  # it was emptied: the script is sent again
            self.breaker.ask_on()
            raise
        except redis.RedisError as error:
            self.breaker.failed(error)
            raise
        if words[0] in READS:
            self.breaker.ask_on()
        else:
            self.breaker.succeeded()
        return answer

    def pipeline(self, *arguments: Any, **options: Any) -> Any:
        """Raise redis.ConnectionError while the breaker is open."""
        if self.breaker.is_open:
            raise redis.ConnectionError("Redis failed a moment ago, and is not asked.")
        return super().pipeline(*arguments, **options)


def limits() -> dict[str, Any]:
    """Return how long a connection may take: one that was cut while idle is made anew, once."""
    return {
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    }


def client_of(address: str) -> Client:
    """Return a client with a pool of connections of its own."""
    return on_pool(redis.ConnectionPool.from_url(address, **limits()), address)


def on_pool(pool: redis.ConnectionPool, address: str) -> Client:
    client = Client(connection_pool=pool)
    client.breaker = breaker_of(address)
    return client


def breaker_of(address: str) -> Breaker:
    return _breakers.setdefault(address, Breaker())


_breakers: dict[str, Breaker] = {}
