"""What can be done with single memories, for asyncio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

from memory_scope import _calls, records, results
from memory_scope._calls import Call
from memory_scope.paging import AsyncPages
from memory_scope.vocabulary import (
    ALL_DOMAINS,
    NOT_GIVEN,
    Domains,
    NewMemory,
    Scope,
    Source,
    Timeout,
)

T = TypeVar("T")


class AsyncMemoryOperations:
    """The operations on memories, each by one call."""

    async def _send(self, call: Call[T]) -> T:
        raise NotImplementedError

    async def create_memory(
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
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> results.Memory:
        """Store a memory. It is stored once, however often the network makes this try.

        See `MemoryScopeClient.create_memory`.
        """
        return await self._send(
            _calls.create_memory(
                user_id=user_id,
                scope=scope,
                source=source,
                value_json=value_json,
                domain=domain,
                ttl_days=ttl_days,
                replace=replace,
                idempotency_key=idempotency_key,
            ).adjusted(timeout, extra_headers)
        )

    async def create_memories(
        self,
        *,
        memories: Sequence[NewMemory],
        idempotency_key: str | None = None,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.MemoryBatch:
        """Store up to 100 memories, all of them or none, once.

        See `MemoryScopeClient.create_memories`.
        """
        return await self._send(
            _calls.create_memories(memories=memories, idempotency_key=idempotency_key).adjusted(
                timeout, extra_headers
            )
        )

    def list_memories(
        self,
        *,
        user_id: str,
        scope: Scope | None = None,
        domain: str | Literal[Domains.ALL] | None = ALL_DOMAINS,
        limit: int | None = None,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> AsyncPages[records.StoredMemory]:
        """List a user's memories as they were stored: for the person's own view, and for support.

        See `MemoryScopeClient.list_memories`.
        """
        return AsyncPages(
            self._send,
            partial(_calls.list_memories, user_id=user_id, scope=scope, domain=domain, limit=limit),
            timeout,
            extra_headers,
        )

    async def get_memory(
        self,
        memory_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.StoredMemory:
        """Return one memory as it was stored. See `MemoryScopeClient.get_memory`."""
        return await self._send(_calls.get_memory(memory_id).adjusted(timeout, extra_headers))

    async def delete_memory(
        self,
        memory_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.Deletion:
        """Delete one memory for good, from the database and every answer at once.

        See `MemoryScopeClient.delete_memory`.
        """
        return await self._send(_calls.delete_memory(memory_id).adjusted(timeout, extra_headers))
