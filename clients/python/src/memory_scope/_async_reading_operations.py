"""What can be done with summaries and the policy, for asyncio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from memory_scope import _calls, records, results
from memory_scope._calls import Call
from memory_scope.vocabulary import ALL_DOMAINS, NOT_GIVEN, Domains, ReadPlace, Scope, Timeout

T = TypeVar("T")


class AsyncReadingOperations:
    """The operations on summaries, the access to them, and the policy, each by one call."""

    async def _send(self, call: Call[T]) -> T:
        raise NotImplementedError

    async def read_memory(
        self,
        *,
        user_id: str,
        scope: Scope,
        purpose: str,
        domain: str | None = None,
        max_age_days: int | None = None,
        detail: bool = False,
        receipt: bool = False,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> results.MemoryRead:
        """Read a summary for a purpose. Nothing stored is not an error.

        See `MemoryScopeClient.read_memory`.
        """
        return await self._send(
            _calls.read_memory(
                user_id=user_id,
                scope=scope,
                purpose=purpose,
                domain=domain,
                max_age_days=max_age_days,
                detail=detail,
                receipt=receipt,
            ).adjusted(timeout, extra_headers)
        )

    async def read_many(
        self,
        *,
        user_id: str,
        purpose: str,
        reads: Sequence[ReadPlace],
        max_age_days: int | None = None,
        detail: bool = False,
        receipt: bool = False,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.ManyReads:
        """Read several scopes and domains of a user for one purpose, each as by a read of its own.

        See `MemoryScopeClient.read_many`.
        """
        return await self._send(
            _calls.read_many(
                user_id=user_id,
                purpose=purpose,
                reads=reads,
                max_age_days=max_age_days,
                detail=detail,
                receipt=receipt,
            ).adjusted(timeout, extra_headers)
        )

    async def read_memory_continue(
        self,
        *,
        revocation_token: str,
        max_age_days: int | None = None,
        detail: bool = False,
        receipt: bool = False,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> results.MemoryRead:
        """Read again what a token was given for, brought up to date.

        See `MemoryScopeClient.read_memory_continue`.
        """
        return await self._send(
            _calls.read_memory_continue(
                revocation_token=revocation_token,
                max_age_days=max_age_days,
                detail=detail,
                receipt=receipt,
            ).adjusted(timeout, extra_headers)
        )

    async def revoke_memory(
        self,
        *,
        revocation_token: str | None = None,
        user_id: str | None = None,
        scope: Scope | None = None,
        domain: str | Literal[Domains.ALL] | None = ALL_DOMAINS,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> results.Revocation:
        """Take access back: what was stored is hidden at once, from every reader.

        See `MemoryScopeClient.revoke_memory`.
        """
        return await self._send(
            _calls.revoke_memory(
                revocation_token=revocation_token, user_id=user_id, scope=scope, domain=domain
            ).adjusted(timeout, extra_headers)
        )

    async def policy(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> results.Policy:
        """Return the policy as the service enforces it: what may be read for what.

        See `MemoryScopeClient.policy`.
        """
        return await self._send(_calls.get_policy().adjusted(timeout, extra_headers))

    async def check_policy(
        self,
        *,
        scope: Scope,
        purpose: str,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> results.PolicyCheck:
        """Ask what a read for this purpose would be answered. It reads nothing.

        See `MemoryScopeClient.check_policy`.
        """
        return await self._send(
            _calls.check_policy(scope=scope, purpose=purpose).adjusted(timeout, extra_headers)
        )

    async def usage(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> results.Usage:
        """Return what is left of this key's limit, and how much it was used in the last 30 days.

        See `MemoryScopeClient.usage`.
        """
        return await self._send(_calls.get_usage().adjusted(timeout, extra_headers))
