"""What can be done with summaries and the policy, for code that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from memory_scope import _calls, records, results
from memory_scope._calls import Call
from memory_scope.vocabulary import ALL_DOMAINS, NOT_GIVEN, Domains, ReadPlace, Scope, Timeout

T = TypeVar("T")


class ReadingOperations:
    """The operations on summaries, the access to them, and the policy, each by one call."""

    def _send(self, call: Call[T]) -> T:
        raise NotImplementedError

    def read_memory(
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

        Args:
            user_id: The end user.
            scope: The scope to read.
            purpose: Why, in plain words, such as "recommend restaurants".
            domain: Reads exactly that domain; None: exactly what was stored without one.
            max_age_days: Only what was stored within so many days, 1 to 3650.
            detail: Tell what stands behind the summary too: who said what, when, and what was
                overruled; and the summary as sentences for a language model.
            receipt: Give a signed statement of this read too, which `memory-scope verify-receipt`
                verifies.

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
                receipt=receipt,
            ).adjusted(timeout, extra_headers)
        )

    def read_many(
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

        What is refused stands beside what is answered: look at `answer` and `exception` of each.

        Args:
            user_id: The end user.
            purpose: Why, in plain words.
            reads: What to read: `{"scope": "preferences", "domain": "food"}`.
            max_age_days: As of `read_memory`.
            detail: As of `read_memory`.
            receipt: As of `read_memory`, of each.
        """
        return self._send(
            _calls.read_many(
                user_id=user_id,
                purpose=purpose,
                reads=reads,
                max_age_days=max_age_days,
                detail=detail,
                receipt=receipt,
            ).adjusted(timeout, extra_headers)
        )

    def read_memory_continue(
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

        Raises:
            GrantRevokedError: The access was taken back, or has expired.
            NotFoundError: No such token.
        """
        return self._send(
            _calls.read_memory_continue(
                revocation_token=revocation_token,
                max_age_days=max_age_days,
                detail=detail,
                receipt=receipt,
            ).adjusted(timeout, extra_headers)
        )

    def revoke_memory(
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

        Args:
            revocation_token: Of a read: takes back what that read.
            user_id: Instead of a token: takes back all that is stored of the end user.
            scope: Only under this scope; None: under every one.
            domain: Only in this domain; None: only what was stored without one.

        Raises:
            NotFoundError: The token opens nothing (any more). With `after_lost_answer` an earlier
                attempt of this call got no answer, and may be what took the access back.
        """
        return self._send(
            _calls.revoke_memory(
                revocation_token=revocation_token, user_id=user_id, scope=scope, domain=domain
            ).adjusted(timeout, extra_headers)
        )

    def policy(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> results.Policy:
        """Return the policy as the service enforces it: what may be read for what."""
        return self._send(_calls.get_policy().adjusted(timeout, extra_headers))

    def check_policy(
        self,
        *,
        scope: Scope,
        purpose: str,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> results.PolicyCheck:
        """Ask what a read for this purpose would be answered. It reads nothing.

        Args:
            scope: The scope that would be read.
            purpose: Why, in the words of the read.
        """
        return self._send(
            _calls.check_policy(scope=scope, purpose=purpose).adjusted(timeout, extra_headers)
        )

    def usage(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> results.Usage:
        """Return what is left of this key's limit, and how much it was used in the last 30 days."""
        return self._send(_calls.get_usage().adjusted(timeout, extra_headers))
