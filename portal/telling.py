"""Tells a person what was done with what is held of them: who read it, who was refused, what for.

What they looked at themselves is left out; what they changed is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, record_pages
from accounts.models import AuditEvent, EventType
from accounts.record_pages import Asked
from console.summaries import key_names
from foundation import cursors
from portal import words
from portal.links import Visitor

EVENTS = 25  # of a page

# What is told of whoever does it, and what the person did themselves.
OTHERS: Mapping[str, Promise] = {
    EventType.MEMORY_READ: gettext_lazy("Read: %(what)s"),
    EventType.POLICY_DENIED: gettext_lazy("Wanted to read: %(what)s"),
    EventType.MEMORY_LIST: gettext_lazy("Looked at what was said: %(what)s"),
    EventType.USER_EXPORT: gettext_lazy("Downloaded: %(what)s"),
    EventType.USER_LINK: gettext_lazy("Made a link to this page"),
}
CHANGES: Mapping[str, Promise] = {
    EventType.MEMORY_REVOKE: gettext_lazy("Took back: %(what)s"),
    EventType.MEMORY_DELETE: gettext_lazy("Removed something said: %(what)s"),
    EventType.MEMORY_DISPUTE: gettext_lazy("Said that something is not true: %(what)s"),
    EventType.MEMORY_DISPUTE_END: gettext_lazy("Said that something is true after all: %(what)s"),
    EventType.USER_LINK_OPEN: gettext_lazy("Opened this page"),
}
TOLD = {**OTHERS, **CHANGES}
BY_SOMEBODY_ELSE = Q(api_key_id__isnull=False) | (
    Q(meta__has_key="actor") & ~Q(meta__actor=audit.PERSON)
)
MATCHING = Q(event_type__in=list(CHANGES)) | Q(event_type__in=list(OTHERS)) & BY_SOMEBODY_ELSE


@dataclass(frozen=True)
class Happening:
    """One event: who did what, for which purpose, and why not, if it was refused.

    `decision` is "allowed" or "denied" of reads, and else empty.
    """

    did: str
    who: str
    purpose: str
    purpose_class: str
    decision: str
    why: str
    at: datetime


@dataclass(frozen=True)
class History:
    """A page of what happened, the newest first; `next_cursor` leads to what was before."""

    lines: list[Happening]
    next_cursor: str | None


def history(visitor: Visitor, *, cursor: str | None) -> History:
    """Return what happened. Raises NotACursor."""
    filters = {"link": str(visitor.subject_id)}
    after = cursors.position(cursor, filters=filters) if cursor else None
    asked = Asked(MATCHING, after, None, None)
    found = record_pages.of_subject(visitor.subject_id, asked, size=EVENTS + 1)
    next_cursor = cursors.after(found.events, limit=EVENTS, filters=filters)
    if found.looked_up_to is not None:
        next_cursor = next_cursor or cursors.at(found.looked_up_to, filters=filters)
    events = found.events[:EVENTS]
    names = key_names(visitor.project, (event.api_key_id for event in events))
    called = {str(id_): name for id_, name in names.items()}
    return History([_told(visitor, event, called) for event in events], next_cursor)


def _told(visitor: Visitor, event: AuditEvent, keys: Mapping[str, str]) -> Happening:
    denied = event.event_type == EventType.POLICY_DENIED
    is_read = denied or event.event_type == EventType.MEMORY_READ
    return Happening(
        did=str(TOLD[event.event_type]) % {"what": _what(event)},
        who=_who(visitor, event, keys),
        purpose=event.purpose or str(event.meta.get("reason", "")),
        purpose_class=str(words.CLASSES.get(event.purpose_class or "", "")),
        decision=("denied" if denied else "allowed") if is_read else "",
        why=words.reason(event.reason_code) if denied else "",
        at=event.created_at,
    )


def _what(event: AuditEvent) -> str:
    if not event.scope:
        return _("everything")
    scope = words.scope(event.scope)
    return f"{scope} ({event.domain})" if event.domain else scope


def _who(visitor: Visitor, event: AuditEvent, keys: Mapping[str, str]) -> str:
    actor = event.meta.get("actor")
    if actor == audit.PERSON:
        return _("You")
    if event.api_key_id is not None:
        name = keys.get(str(event.api_key_id))
        return f"{visitor.project.name}, {name}" if name else visitor.project.name
    if actor == str(visitor.project.owner_id):
        return _("Somebody who works on %(project)s") % {"project": visitor.project.name}
    return _("Whoever runs this service")
