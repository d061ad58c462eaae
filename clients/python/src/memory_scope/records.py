"""What the service answers of many: pages of a list, what is held of a user, batches.

Times are aware datetimes in UTC. Each has `to_dict` and `from_dict`, as all results have.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from memory_scope._errors import error_of
from memory_scope._plain import Plain
from memory_scope.exceptions import APIError
from memory_scope.results import Memory, MemoryRead, Result
from memory_scope.vocabulary import PurposeClass, Scope, Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMemory(Memory):
    """A memory as it was stored.

    Attributes:
        source: Who said it.
        value_json: What was said, an object or an array.
        replace: Whether it stands in place of what was said before.
        disputed_at: Since when the person says that it is not true, and no read finds it; None if
            they do not.
    """

    source: Source
    value_json: Any
    replace: bool = False
    disputed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Result, Generic[T]):
    """A page of a list, the newest first.

    Attributes:
        items: What is on it, which may be nothing although more pages follow.
        next_cursor: Leads to the next page; None if there is none.
    """

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPage(Page[StoredMemory]):
    """A page of a user's memories."""

    items: list[StoredMemory]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Plain):
    """An event of the record: a decision, or what was changed of keys, purposes and the project.

    It holds no value, no token and no key. Of many memories `memory_ids` are the first 100. Its
    `request_id` is that of the request which it tells of.
    """

    id: str
    event_type: str
    app_id: str | None = None
    environment: str
    api_key_id: str | None = None
    subject_id: str | None = None
    user_id: str | None = None
    scope: Scope | None = None
    domain: str | None = None
    purpose: str | None = None
    purpose_class: PurposeClass | None = None
    memory_ids: tuple[str, ...] = ()
    revocation_grant_id: str | None = None
    reason_code: str | None = None
    decision_id: str | None = None
    policy_version: str | None = None
    request_id: str | None = None
    server_request_id: str | None = None
    created_at: datetime
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage(Page[Event]):
    """A page of the record."""

    items: list[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestSeal(Plain):
    """The latest seal of a chain: of a project's environment, or of what concerns both.

    Attributes:
        environment: `test`, `live` or `both`.
        number: Of the seal, in its chain.
        events: How many events the chain has sealed so far.
        token: The seal itself, a compact JWS: keep it where nobody can rewrite it.
    """

    app_id: str
    environment: str
    number: int
    events: int
    sealed_at: datetime
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestSeals(Result):
    """The latest seal of each chain of the record; of one that was never sealed there is none."""

    seals: list[LatestSeal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion(Result):
    """A memory that is gone."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Plain):
    """What is stored of a user under one scope and domain, counted as of the user as a whole."""

    scope: Scope
    domain: str | None
    memories: int
    stored: int
    open_grants: int
    first_created_at: datetime | None
    last_created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Result):
    """What is stored of an end user, without a value.

    Attributes:
        memories: How many can be read.
        stored: How many are in the database: also those that a revoke hid or that have expired.
        open_grants: How many tokens can still read.
        first_created_at: When the first of those stored was; None where there is none.
        last_created_at: When the last was.
        places: The scopes and domains in which there is any of it.
    """

    user_id: str
    memories: int
    stored: int
    open_grants: int
    first_created_at: datetime | None
    last_created_at: datetime | None
    places: list[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Result):
    """What an erasure took, or would take.

    If an answer was lost and the call was sent again, the counts are what was left for the last
    attempt.

    Attributes:
        erased_at: When it was erased; None if it was a dry run.
        dry_run: Whether nothing was changed.
        receipt: A signed statement of it, a compact JWS; None of a dry run.
    """

    user_id: str
    memories_deleted: int
    grants_closed: int
    idempotency_records_deleted: int
    audit_events_emptied: int
    erased_at: datetime | None = None
    dry_run: bool = False
    receipt: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Result):
    """The link to the page on which an end user sees what is remembered about them.

    Attributes:
        url: Where the person opens it. Whoever has it may do so, once: hand it to them alone. It is
            left out of `repr`.
        expires_at: Until when it can be opened.
    """

    url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBatch(Result):
    """Memories that were stored together, in the order in which they were given."""

    items: list[Memory]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadItem(Plain):
    """One read of several: what it found, or why it was refused.

    Attributes:
        status: The status that a read alone would have been answered with.
        answer: What it found; None if it was refused.
        error: The body of the refusal; None if there is an answer.
    """

    scope: Scope
    domain: str | None
    status: int
    answer: MemoryRead | None = None
    error: dict[str, Any] | None = None

    @property
    def exception(self) -> APIError | None:
        """What the read alone would have raised, such as a PolicyDeniedError; None if nothing."""
        if self.error is None:
            return None
        request_id = self.error.get("request_id")
        return error_of(self.status, self.error, request_id if request_id else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyReads(Result):
    """What became of each of several reads, in the order in which they were asked for."""

    items: list[ReadItem]
