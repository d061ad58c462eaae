"""What can be done with single memories, for code that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

from memory_scope import _calls, records, results
from memory_scope._calls import Call
from memory_scope.paging import Pages
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


class MemoryOperations:
    """The operations on memories, each by one call."""

    def _send(self, call: Call[T]) -> T:
        raise NotImplementedError

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
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
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
            ).adjusted(timeout, extra_headers)
        )

    def create_memories(
        self,
        *,
        memories: Sequence[NewMemory],
        idempotency_key: str | None = None,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.MemoryBatch:
        """Store up to 100 memories, all of them or none, once.

        Args:
            memories: Each as the arguments of `create_memory`; later ones count as said later.
            idempotency_key: As of `create_memory`, for all of them together.

        Raises:
            InvalidRequestError: One of them is wrong; its `errors` name it, as `memories[3].scope`.
        """
        return self._send(
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
    ) -> Pages[records.StoredMemory]:
        """List a user's memories as they were stored: for the person's own view, and for support.

        Args:
            user_id: The end user.
            scope: Only under this scope; None: under every one that the key may use.
            domain: Only in this domain; None: only those stored without one.
            limit: How many to ask for at once, 1 to 100.

        Returns:
            Something to iterate, which asks for the next page when it is needed.
        """
        return Pages(
            self._send,
            partial(_calls.list_memories, user_id=user_id, scope=scope, domain=domain, limit=limit),
            timeout,
            extra_headers,
        )

    def get_memory(
        self,
        memory_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.StoredMemory:
        """Return one memory as it was stored.

        Raises:
            NotFoundError: There is none, or it is hidden or has expired.
        """
        return self._send(_calls.get_memory(memory_id).adjusted(timeout, extra_headers))

    def delete_memory(
        self,
        memory_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.Deletion:
        """Delete one memory for good, from the database and every answer at once.

        Raises:
            NotFoundError: There is none (any more). With `after_lost_answer` an earlier attempt of
                this call got no answer, and may be what deleted it.
        """
        return self._send(_calls.delete_memory(memory_id).adjusted(timeout, extra_headers))
