"""What the page shows of what is held: scope by scope, what was said; and which reads are open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from console.person_file import ICONS
from console.summaries import key_names
from memory import listing, overview
from memory.accesses import OpenAccess, open_accesses
from memory.events import Caller
from memory.listing import Item
from memory.overview import Overview
from memory.policy.vocabulary import Scope
from memory.schemas import ListMemories
from portal import words
from portal.links import Visitor
from portal.values import Said, laid_out

STATEMENTS = 100  # of a page


@dataclass(frozen=True)
class Line:
    """A statement: its parts, by whom it was said and when."""

    id: UUID
    domain: str | None
    parts: list[Said]
    is_cut: bool
    source: str
    icon: str
    created_at: datetime
    expires_at: datetime | None
    disputed_at: datetime | None


@dataclass
class Group:
    """A scope in plain words, how much is held under it in all, and the statements of the page."""

    scope: str
    title: str
    memories: int = 0
    open_grants: int = 0
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Remembered:
    """A page of what is held; `next_cursor` leads to what was said earlier, if there is some."""

    held: Overview
    groups: list[Group]
    next_cursor: str | None


def remembered(caller: Caller, user_id: str, *, cursor: str | None) -> Remembered:
    """Return what is held of the person, and record that they looked.

    Raises RequestRefused for a cursor of another list.
    """
    held = overview.describe_user(caller, user_id)
    groups = {str(scope): Group(scope, words.scope(scope)) for scope in Scope}
    for place in held.places:
        groups[place.scope].memories += place.memories
        groups[place.scope].open_grants += place.open_grants
    listed = None
    if held.stored:  # of whom nothing is held, the record need not name
        query = ListMemories(user_id, None, None, STATEMENTS, cursor)
        listed = listing.list_memories(caller, query)
        for item in listed.items:
            groups[item.scope].lines.append(_line(item))
    shown = [one for one in groups.values() if one.memories or one.open_grants or one.lines]
    return Remembered(held, shown, listed.next_cursor if listed else None)


def _line(item: Item) -> Line:
    parts, is_cut = laid_out(msgspec.json.decode(item.value_json))
    return Line(
        id=item.id,
        domain=item.domain,
        parts=parts,
        is_cut=is_cut,
        source=str(words.SOURCES[item.source]),
        icon=ICONS[item.source],
        created_at=item.created_at,
        expires_at=item.expires_at,
        disputed_at=item.disputed_at,
    )


def open_reads(visitor: Visitor, caller: Caller) -> list[tuple[OpenAccess, str, str]]:
    """Return the reads that can be continued, each with its scope in plain words and its key."""
    found: Iterable[OpenAccess] = open_accesses(caller, visitor.user_id)
    names = key_names(visitor.project, (one.key_id for one in found))
    return [(one, words.scope(one.scope), names.get(one.key_id, "")) for one in found]
