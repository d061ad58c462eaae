"""The cache in which attempts to sign in are counted: an attempt that cannot be counted fails.

Django's cache in the database keeps silent when it cannot write. Who counts by it would then let
any number of guesses through, as long as the database can be read and not written.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends import db
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.db import OperationalError

from foundation import sql


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
