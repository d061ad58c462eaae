"""The cache in which attempts to sign in are counted: an attempt that cannot be counted fails.

In Redis it stands behind the same time limits and the same breaker as the counters of requests.

Django's cache in the database keeps silent when it cannot write. Who counts by it would then let
any number of guesses through, as long as the database can be read and not written.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends import db, redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.db import OperationalError

from foundation import shared_redis, sql


class DatabaseCache(db.DatabaseCache):
    """Raises OperationalError where a value could not be written."""

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        for _ in range(2):  # of two that write a new key at once, one finds it there now
            if super()._base_set(mode, key, value, timeout):  # type: ignore[misc]
                return True
            if mode == "add" and self._holds(key):
                return False
        raise OperationalError("The cache in the database cannot be written.")

    def _holds(self, key: str) -> bool:
        table: str = self._table  # type: ignore[attr-defined] # the stubs leave it out
        statement = f"SELECT 1 FROM {table} WHERE cache_key = %s"  # noqa: S608 - a constant
        return bool(sql.rows(statement, (key,)))


class RedisCacheClient(redis.RedisCacheClient):  # of which the stubs say little
    _servers: list[str]

    def get_client(self, key: Any = None, *, write: bool = False) -> shared_redis.Client:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        return shared_redis.on_pool(pool, self._servers[0])


class RedisCache(redis.RedisCache):
    """Raises redis.RedisError, at once while Redis is known to be away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {**shared_redis.limits(), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._class = RedisCacheClient
