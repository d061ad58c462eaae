"""What the service answers, as frozen dataclasses. Times are aware datetimes in UTC.

Each has `to_dict`, which returns it as JSON has it, and `from_dict`, which reads that again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from memory_scope._plain import Plain
from memory_scope.vocabulary import PurposeClass, Scope, Source


@dataclass(frozen=True, slots=True)
class IgnoredField(Plain):
    """A field of the request that the service does not know, and the one perhaps meant, or None."""

    field: str
    nearest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Plain):
    """What every answer has.

    Attributes:
        request_id: What the service's log and record call the request.
        ignored_fields: What was sent and not understood, where the service tells.
    """

    request_id: str | None = field(default=None, repr=False)
    ignored_fields: tuple[IgnoredField, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Result):
    """A memory that was stored. `expires_at` is None if it never expires."""

    id: str
    user_id: str
    scope: Scope
    domain: str | None
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class DetailValue(Plain):
    """One value of a summary.

    Attributes:
        path: Where in the summary it is.
        value: What it is.
        source: Who had the last word on it.
        said_at: When that was.
        times: How many statements said it.
    """

    path: str
    value: Any
    source: Source
    said_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class OverruledValue(Plain):
    """One value that was said and is not in the summary, and why not."""

    path: str
    value: Any
    source: Source
    why: str


@dataclass(frozen=True, slots=True)
class Detail(Plain):
    """What stands behind a summary.

    Attributes:
        values: The values of the summary, each with its last word.
        overruled: What was said and did not come through.
        counts: How many statements took part, by source.
        newest_at: When the newest of them was stored; None where there is none.
        prompt_text: The summary in plain sentences, to put before a language model.
    """

    values: list[DetailValue]
    overruled: list[OverruledValue]
    counts: dict[Source, int]
    newest_at: datetime | None
    prompt_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRead(Result):
    """A summary of all memories that a read found.

    Attributes:
        summary_text: One line for a person.
        summary_struct: The merged statements; its keys depend on the scope, and it is empty when
            nothing was found.
        confidence: 0.0 (nothing found) to 0.95.
        revocation_token: Reads again, and takes the access back. Whoever holds it may do both, so
            it is not part of the repr.
        expires_at: When the token ends.
        detail: What stands behind the summary; None unless it was asked for, and where the service
            knows no detail.
        receipt: A signed statement of the read, a compact JWS; None likewise.
    """

    summary_text: str
    summary_struct: dict[str, Any]
    confidence: float
    revocation_token: str = field(repr=False)
    expires_at: datetime
    detail: Detail | None = None
    receipt: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation(Result):
    """An access that was taken back.

    Attributes:
        grants_closed: How many tokens were open; None where it was taken back by one.
        memories_hidden: How many memories could still be read; likewise.
        receipt: A signed statement of it, a compact JWS; None where the service gives none.
    """

    revoked: bool
    revoked_at: datetime
    grants_closed: int | None = None
    memories_hidden: int | None = None
    receipt: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Result):
    """The policy as the service enforces it.

    Attributes:
        version: Changes whenever the policy does.
        matrix: The purpose classes that each scope allows.
        body: The whole answer, with what this version of the client has no name for.
    """

    version: str
    matrix: dict[Scope, list[PurposeClass]]
    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCheck(Result):
    """What the policy would say to a read for this purpose. Nothing was read, nothing recorded.

    Attributes:
        allowed: Whether the read would be answered.
        purpose_class: What the purpose is understood as; `unrecognized` if as nothing.
        purpose_id: The registered purpose that it is; None if it is none.
        matched_terms: The words of the purpose that decided its class.
        refused_terms: The words that speak against it whatever else it says.
        proposed_class: The class that it could be registered under; None if none comes to mind.
        allowed_purpose_classes: What the scope allows, to this key.
        policy_version: The version of the policy that was asked.
        reason: The service's stable word for why not, such as `PURPOSE_VETOED`; None where it is
            allowed.
        hint: One sentence on what would help; None where none is needed.
    """

    allowed: bool
    purpose_class: PurposeClass
    purpose_id: str | None = None
    matched_terms: tuple[str, ...] = ()
    refused_terms: tuple[str, ...] = ()
    proposed_class: PurposeClass | None = None
    allowed_purpose_classes: tuple[PurposeClass, ...]
    policy_version: str
    reason: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Day(Plain):
    """A day's requests, in UTC; `errors` are those of them answered with 400 or more."""

    day: date
    requests: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Result):
    """A key's limit and use.

    Attributes:
        limit: Requests an hour.
        remaining: What is left of them until `reset_at`.
        burst_limit: Requests a second.
        days: The last 30, the newest first, about a second old.
    """

    limit: int
    remaining: int
    reset_at: datetime
    burst_limit: int
    days: list[Day]
