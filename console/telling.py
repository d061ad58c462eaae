"""Lays out events of the record for a page: day by day, each with its sentence and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.environments import BOTH
from accounts.models import AuditEvent, EventType, Project
from apikeys.models import ApiKey
from console import history
from console.pointers import Pointers
from console.sentences import SENTENCES, Names, registered
from console.summaries import name_of
from console.templatetags.isolated import isolated
from console.templatetags.reasons import reason, words_that_decided

PURPOSES = (
    EventType.PURPOSE_PROPOSE,
    EventType.PURPOSE_APPROVE,
    EventType.PURPOSE_UPDATE,
    EventType.PURPOSE_RETIRE,
)
TELLS_WHAT = (*PURPOSES, EventType.PROJECT_UPDATE)


@dataclass(frozen=True)
class Sign:
    """What stands before a sentence: an icon of the sprite and its tone."""

    icon: str
    tone: str = ""


SIGNS = {
    EventType.MEMORY_CREATE: Sign("plus"),
    EventType.MEMORY_READ: Sign("check", "allow"),
    EventType.POLICY_DENIED: Sign("ban", "deny"),
    EventType.MEMORY_REVOKE: Sign("undo-2"),
    EventType.MEMORY_DELETE: Sign("trash"),
    EventType.MEMORY_DISPUTE: Sign("message-circle-question-mark"),
    EventType.MEMORY_DISPUTE_END: Sign("check"),
    EventType.MEMORY_LIST: Sign("list"),
    EventType.USER_VIEW: Sign("user-search"),
    EventType.USER_EXPORT: Sign("download"),
    EventType.USER_LINK: Sign("user"),
    EventType.USER_LINK_OPEN: Sign("user"),
    EventType.USER_ERASE: Sign("eraser", "deny"),
    EventType.KEY_CREATE: Sign("key-round"),
    EventType.KEY_ROTATE: Sign("rotate-cw"),
    EventType.KEY_UPDATE: Sign("pencil"),
    EventType.KEY_DELETE: Sign("trash", "deny"),
    EventType.PROJECT_CREATE: Sign("folder"),
    EventType.PROJECT_DELETE: Sign("trash", "deny"),
    EventType.PROJECT_ERASE: Sign("eraser", "deny"),
    EventType.PURPOSE_PROPOSE: Sign("message-circle-question-mark"),
    EventType.PURPOSE_APPROVE: Sign("shield-check", "allow"),
    EventType.PURPOSE_RETIRE: Sign("ban"),
}


@dataclass(frozen=True)
class Told:
    """An event for people: its sentence, and what else is worth a look, in short notes."""

    event: AuditEvent
    sentence: SafeString
    sign: Sign
    notes: tuple[SafeString, ...]
    href: str
    request: str
    why: str


def tell(project: Project, environment: str, events: Iterable[AuditEvent]) -> list[Told]:
    """Tell events of a project in their order; it asks once for the names of all their keys."""
    events = list(events)
    ids = {event.api_key_id for event in events if event.api_key_id}
    keys = ApiKey.objects.filter(project=project, pk__in=ids).only("name", "deleted_at")
    called = {key.pk: name_of(key) for key in keys} if ids else {}
    pointers = Pointers(project, environment)
    names = Names(pointers, called, project.owner_id)
    return [
        Told(
            event=event,
            sentence=SENTENCES[EventType(event.event_type)](names, event),
            sign=_sign(event),
            notes=tuple(_notes(event)),
            href=pointers.event(event),
            request=pointers.request(event),
            why=pointers.why(event),
        )
        for event in events
    ]


def by_day(told: Iterable[Told]) -> list[tuple[date, list[Told]]]:
    """Return what happened, day by day in UTC, in the order in which the days come first."""
    days: dict[date, list[Told]] = {}
    for one in told:
        days.setdefault(one.event.created_at.astimezone(UTC).date(), []).append(one)
    return list(days.items())


def _sign(event: AuditEvent) -> Sign:
    if event.reason_code == "CONTINUE":
        return Sign("repeat", "allow")
    return SIGNS.get(EventType(event.event_type), Sign("pencil"))


def _notes(event: AuditEvent) -> Iterator[SafeString]:
    meta = event.meta
    if event.reason_code and event.event_type != EventType.KEY_DELETE:
        words = reason(event)
        yield conditional_escape(words)
        if event.reason_code not in (words, event.event_type):
            yield format_html("<code>{}</code>", event.reason_code)
    if words := words_that_decided(event):
        yield format_html("By {}", words)
    if event.purpose_class:
        yield format_html("<code>{}</code>", event.purpose_class)
    if event.purpose and meta.get("purpose_id"):
        yield registered(meta)
    yield from _amounts(event)
    if event.event_type in TELLS_WHAT:
        for name, said in history.registered(meta):
            yield format_html("{}: {}", name, isolated(said))
    if meta.get("reason"):  # why an owner looked at what is live
        yield format_html('Because <q class="said">{}</q>', isolated(meta["reason"]))
    if meta.get("address"):
        yield format_html("From {}", isolated(meta["address"]))
    if event.environment == BOTH:
        yield mark_safe("Test and live")


def _amounts(event: AuditEvent) -> Iterator[SafeString]:
    """Say of how many memories it was, and what an erasure or a withdrawal counted."""
    meta = event.meta
    is_here = "memory_ids" not in event.get_deferred_fields()  # lists leave them out
    count = meta.get("memory_count", len(event.memory_ids) if is_here else None)
    if count and event.event_type not in (EventType.MEMORY_CREATE, EventType.MEMORY_DELETE):
        hid = " hidden" if event.event_type == EventType.MEMORY_REVOKE else ""
        yield _counted(count, "memory", "memories", hid)
    elif count == 0 and event.event_type == EventType.MEMORY_READ:
        yield mark_safe("No memory found")
    if meta.get("confidence"):
        yield format_html("confidence {}", f"{meta['confidence']:.2f}")
    if "memories_deleted" in meta:
        yield _counted(meta["memories_deleted"], "memory", "memories", " deleted")
    if "grants_closed" in meta:
        yield _counted(meta["grants_closed"], "access token", "access tokens", " ended")
    if "removed" in meta:
        yield _counted(meta["removed"], "event", "events", " removed")


def _counted(count: int, one: str, many: str, then: str) -> SafeString:
    return format_html("{} {}{}", f"{count:,}", one if count == 1 else many, then)
