"""What the pages about one end user show: memories, what a read gives, who read, open reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from django.db.models import Q

from accounts import record_pages
from accounts.models import EventType, Project
from accounts.record_pages import Asked
from console.summaries import key_names
from console.telling import Told, tell
from foundation import cursors
from memory.accesses import open_accesses
from memory.events import Caller
from memory.listing import Item, Outline
from memory.overview import Overview
from memory.policy.details import detail
from memory.policy.merging import Merged, Statement, merge

EVENTS = 20
LONGEST_VALUE = 1000  # characters of a text that a page shows
OVERRULED = 20
READS = (
    EventType.MEMORY_READ,
    EventType.POLICY_DENIED,
    EventType.MEMORY_LIST,
    EventType.USER_EXPORT,
)
SOURCES: Mapping[str, str] = {
    "explicit_user_input": "said by the user",
    "user_setting": "a setting",
    "inferred": "inferred",
    "system": "set by the system",
}
ICONS: Mapping[str, str] = {
    "explicit_user_input": "user",
    "user_setting": "settings",
    "inferred": "sparkles",
    "system": "wrench",
}
WHY: Mapping[str, str] = {
    "replaced": "replaced by what was said later",
    "taken_back": "taken back by a rule",
    "higher_authority": "somebody with more say said otherwise",
    "more_restrictive": "a stricter limit holds",
    "newer": "something newer holds",
    "says_nothing": "it says nothing",
    "contradicted": "it contradicts itself",
}


@dataclass(frozen=True)
class Text:
    """A text of a value: what somebody said, or JSON."""

    words: str
    is_said: bool


# The name of a part of a value, empty for none, and the texts under it.
Part: TypeAlias = tuple[str, list[Text]]


@dataclass(frozen=True)
class Line:
    """A memory as a page shows it; without `parts` its value is not shown."""

    id: UUID
    source: str
    icon: str
    replace: bool
    created_at: Any
    expires_at: Any
    disputed_at: Any
    parts: list[Part] | None
    is_cut: bool = False


@dataclass
class Group:
    """The memories of a place on a page, and what a read of it gives where all of them are there.

    `overruled` is what was said there and no read gives: where, what and why not.
    """

    scope: str
    domain: str | None
    lines: list[Line] = field(default_factory=list)
    merged: Merged | None = None
    summary: str = ""
    overruled: list[tuple[str, str, str]] = field(default_factory=list)


def groups(items: Iterable[Item | Outline], held: Overview | None) -> list[Group]:
    """Put a page of memories in order of their places; merge those of which the page has all."""
    found: dict[tuple[str, str], list[Item | Outline]] = {}
    for item in items:
        found.setdefault((item.scope, item.domain or ""), []).append(item)
    whole = {(place.scope, place.domain or ""): place.memories for place in _places(held)}
    return [
        _group(scope, domain, some, is_whole=whole.get((scope, domain)) == len(_undisputed(some)))
        for (scope, domain), some in sorted(found.items())
    ]


def _places(held: Overview | None) -> Iterable[Any]:
    return held.places if held is not None else ()


def _group(scope: str, domain: str, items: list[Item | Outline], *, is_whole: bool) -> Group:
    group = Group(scope, domain or None, [_line(item) for item in items])
    if not is_whole:
        return group
    items = _undisputed(items)
    said = [
        Statement(
            str(one.id),
            one.source,
            one.created_at,
            msgspec.json.decode(one.value_json),
            one.replace,
        )
        for one in items
        if isinstance(one, Item)
    ]
    if said:
        group.merged = merge(scope, said)
        struct = msgspec.json.encode(group.merged.summary_struct, order="sorted")
        group.summary = msgspec.json.format(struct, indent=2).decode()
        lost = detail(scope, said).overruled[:OVERRULED]
        group.overruled = [
            (one.path, _in_words(one.value)[:LONGEST_VALUE], WHY.get(one.why, one.why))
            for one in lost
        ]
    return group


def _undisputed(items: list[Item | Outline]) -> list[Item | Outline]:
    """Return what reads find of them."""
    return [item for item in items if item.disputed_at is None]


def _line(item: Item | Outline) -> Line:
    parts, is_cut = None, False
    if isinstance(item, Item):
        parts, is_cut = _cut(parts_of(msgspec.json.decode(item.value_json)))
    return Line(
        id=item.id,
        source=SOURCES[item.source],
        icon=ICONS[item.source],
        replace=item.replace,
        created_at=item.created_at,
        expires_at=item.expires_at,
        disputed_at=item.disputed_at,
        parts=parts,
        is_cut=is_cut,
    )


def parts_of(value: Any) -> list[Part]:
    if isinstance(value, dict) and value:
        return [(str(name), _texts(one)) for name, one in value.items()]
    return [("", _texts(value))]


def _texts(value: Any) -> list[Text]:
    said = value if isinstance(value, list) else [value]
    if said and all(isinstance(one, str) for one in said):
        return [Text(one, is_said=True) for one in said]
    return [Text(msgspec.json.encode(value).decode(), is_said=False)]


def _in_words(value: Any) -> str:
    return ", ".join(text.words for text in _texts(value))


def _cut(parts: list[Part]) -> tuple[list[Part], bool]:
    """Leave out what is more than a page should show of one value."""
    room = LONGEST_VALUE
    kept: list[Part] = []
    for name, texts in parts:
        some: list[Text] = []
        for text in texts:
            if room <= 0:
                return [*kept, (name, some)] if some else kept, True
            some.append(replace(text, words=text.words[:room]))
            room -= len(text.words) + len(name)
        kept.append((name, some))
    return kept, room < 0


@dataclass(frozen=True)
class Happenings:
    """A page of events, the newest first; `next_cursor` leads to older ones, if there are."""

    lines: list[Told]
    next_cursor: str | None


def happenings(
    project: Project, caller: Caller, user_id: str, *, every: bool, cursor: str | None
) -> Happenings:
    """Return what happened to the person, also to one who was erased: by the pseudonym.

    With `every` all of it, else who read and who wanted to. Raises NotACursor.
    """
    filters = {"user_id": user_id, "every": every}
    after = cursors.position(cursor, filters=filters) if cursor else None
    matching = Q() if every else Q(event_type__in=READS)
    subject_id = caller.principal.subject_id(user_id)
    found = record_pages.of_subject(subject_id, Asked(matching, after, None, None), size=EVENTS + 1)
    next_cursor = cursors.after(found.events, limit=EVENTS, filters=filters)
    if found.looked_up_to is not None:
        next_cursor = next_cursor or cursors.at(found.looked_up_to, filters=filters)
    told = tell(project, caller.principal.environment, found.events[:EVENTS])
    return Happenings(told, next_cursor)


def open_reads(project: Project, caller: Caller, user_id: str) -> list[tuple[Any, str]]:
    """Return the reads that can be continued, each with the name of its key."""
    found = open_accesses(caller, user_id)
    names = key_names(project, (one.key_id for one in found))
    return [(one, names.get(one.key_id, "")) for one in found]
