"""Show memories as they were stored, without a purpose: for the person's own view and for support.

What is shown stands in the record, in the transaction that makes sure that it may still be shown:
under the locks of its partitions, as a read does (docs/architecture.md). What was hidden or deleted
between the look and the locks is left out.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from accounts import audit
from foundation import cursors, fields, sql
from memory import events, locks
from memory.events import Caller
from memory.models import Memory
from memory.models.memories import MemoryQuerySet
from memory.owners import check_reason
from memory.refusals import check_scope
from memory.schemas import ListMemories
from memory.statements import Partition


class MemoryNotFound(Exception):
    """No such memory in this project and environment, or none any more."""


class Item(msgspec.Struct, frozen=True):
    """A memory as it was stored; its value is compact JSON, to be answered as it is.

    One that the person disputes says since when; no read finds it.
    """

    id: UUID
    user_id: str
    scope: str
    domain: str | None
    source: str
    value_json: msgspec.Raw
    replace: bool
    created_at: datetime
    expires_at: datetime | None
    disputed_at: datetime | None


class Listed(msgspec.Struct, frozen=True):
    """A page of memories, the newest first; `next_cursor` leads to older ones, if there are."""

    items: list[Item]
    next_cursor: str | None


class Outline(msgspec.Struct, frozen=True):
    """A memory without its value."""

    id: UUID
    scope: str
    domain: str | None
    source: str
    replace: bool
    created_at: datetime
    expires_at: datetime | None
    disputed_at: datetime | None


class Outlined(msgspec.Struct, frozen=True):
    """A page of memories without their values, the newest first."""

    items: list[Outline]
    next_cursor: str | None


def list_memories(caller: Caller, query: ListMemories) -> Listed:
    """Return a page of a user's live memories, under the scopes that the key may use.

    It may have fewer than the limit, if some went while it was looked for. Raises ScopeNotAllowed,
    RequestRefused or ReasonNeeded.
    """
    check_reason(caller)
    partition = caller.partition(query.user_id, query.scope or "", query.domain or "")
    if query.scope is not None:
        check_scope(caller, partition, query.user_id)
    filters, found = _found(caller, query, _rows(caller, partition))
    with sql.writing():
        shown = _still_visible(found[: query.limit], partition.subject_id)
        ids = [str(id_) for id_ in _ids(shown)]
        audit.record(events.listed(caller, partition, query.user_id, ids))
    return Listed(
        items=[_item(memory) for memory in shown],
        next_cursor=cursors.after(found, limit=query.limit, filters=filters),
    )


def list_outlines(caller: Caller, query: ListMemories) -> Outlined:
    """Return the same page without a value, for an owner: `overview.describe_user` records it.

    Raises RequestRefused.
    """
    partition = caller.partition(query.user_id, query.scope or "", query.domain or "")
    rows = _rows(caller, partition).without_values()
    filters, found = _found(caller, query, rows)
    return Outlined(
        items=[_outline(memory) for memory in found[: query.limit]],
        next_cursor=cursors.after(found, limit=query.limit, filters=filters),
    )


def _rows(caller: Caller, partition: Partition) -> MemoryQuerySet:
    return Memory.objects.live(at=caller.at).filter(subject_id=partition.subject_id)


def _found(
    caller: Caller, query: ListMemories, rows: MemoryQuerySet
) -> tuple[dict[str, str | None], list[Memory]]:
    """Return by what the page's cursor knows its list, and the page with one memory more."""
    filters = {"user_id": query.user_id, "scope": query.scope, "domain": query.domain}
    after = fields.position(query.cursor, filters=filters)
    if query.scope is not None:
        rows = rows.filter(scope=query.scope)
    elif caller.principal.scopes is not None:
        rows = rows.filter(scope__in=sorted(caller.principal.scopes))
    if query.domain is not None:
        rows = rows.filter(domain=query.domain)
    return filters, rows.page(after, size=query.limit + 1)


def get_memory(caller: Caller, memory_id: UUID, *, user_id: str | None = None) -> Item:
    """Return one live memory; with `user_id` one of that user's.

    Without, whose it is is looked up first (docs/architecture.md).
    Raises MemoryNotFound, ScopeNotAllowed or ReasonNeeded.
    """
    check_reason(caller)
    principal = caller.principal
    owned = Memory.objects.of(principal.project_id, principal.environment)
    if user_id is not None:
        owned = owned.filter(subject_id=principal.subject_id(user_id))
    memory = owned.live(at=caller.at).filter(pk=memory_id).first()
    if memory is None:
        raise MemoryNotFound
    partition = partition_of(memory)
    check_scope(caller, partition, memory.user_id)
    with sql.writing():
        if not _still_visible([memory], memory.subject_id):
            raise MemoryNotFound
        audit.record(events.listed(caller, partition, memory.user_id, [str(memory.pk)]))
    return _item(memory)


def _still_visible(found: list[Memory], subject_id: UUID) -> list[Memory]:
    """Leave out what is hidden or gone meanwhile; what stays, stays until the transaction ends."""
    locks.share_all(partition_of(memory) for memory in found)
    visible = Memory.objects.visible().filter(subject_id=subject_id, pk__in=_ids(found))
    ids = set(visible.values_list("pk", flat=True))
    return [memory for memory in found if memory.pk in ids]


def _ids(memories: list[Memory]) -> list[UUID]:
    return [memory.pk for memory in memories]


def partition_of(memory: Memory) -> Partition:
    return Partition(memory.subject_id, memory.scope, memory.domain)


def _outline(memory: Memory) -> Outline:
    told = {name: getattr(memory, name) for name in Outline.__struct_fields__}
    return Outline(**told | {"domain": memory.domain or None})


def _item(memory: Memory) -> Item:
    return Item(
        id=memory.pk,
        user_id=memory.user_id,
        scope=memory.scope,
        domain=memory.domain or None,
        source=memory.source,
        value_json=msgspec.Raw(memory.value_json.encode()),
        replace=memory.replace,
        created_at=memory.created_at,
        expires_at=memory.expires_at,
        disputed_at=memory.disputed_at,
    )
