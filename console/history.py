"""Tells in words what happened to a key, or to a purpose, from events in the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.audit import who
from accounts.models import AuditEvent, EventType

# What an event says of a purpose that was registered, or of what a project takes.
REGISTERED = {
    "sentence": "For",
    "purpose_class": "Class",
    "scopes": "Scopes",
    "environments": "Environments",
    "confirmed_terms": "Words confirmed",
    "takes_in_test": "Takes in test",
    "takes_in_live": "Takes in live",
}


@dataclass(frozen=True)
class Line:
    what: str
    who: str
    address: str
    at: datetime
    request_id: str


def lines(events: Iterable[AuditEvent], *, owner_id: UUID) -> Iterator[Line]:
    """Tell each event about one key in words, in their order."""
    for event in events:
        yield Line(
            what=_what(event),
            who=who(str(event.meta.get("actor", "")), owner_id=owner_id),
            address=str(event.meta.get("address", "")),
            at=event.created_at,
            request_id=event.request_id,
        )


def registered(meta: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Tell what was registered, each thing with its name; without scopes it is all of them."""
    for key, name in REGISTERED.items():
        if key in meta:
            said = meta[key]
            words = ", ".join(said) if isinstance(said, list) else str(said or "all of its class")
            if words:
                yield name, words


def _what(event: AuditEvent) -> str:
    meta: Mapping[str, Any] = event.meta
    match event.event_type:
        case EventType.KEY_CREATE:
            alone = f", only for {', '.join(meta['purposes'])}" if meta.get("purposes") else ""
            return f"Created as “{meta.get('name', '')}”{alone}"
        case EventType.KEY_ROTATE:
            return _rotated(meta)
        case EventType.KEY_DELETE:
            return "Deleted, since it had leaked" if event.reason_code else "Deleted"
        case _:
            return _changed(meta, leaked=bool(event.reason_code))


def _rotated(meta: Mapping[str, Any]) -> str:
    grace = timedelta(seconds=meta.get("grace_seconds", 0))
    if not grace:
        return "Rotated; the old secret stopped at once"
    silence = ", or an hour unused" if "silence_seconds" in meta else ""
    return f"Rotated; the old secret had {_length(grace)}{silence}"


def _length(time: timedelta) -> str:
    hours = round(time / timedelta(hours=1))
    if hours >= 48:
        return f"{round(hours / 24)} days"
    return f"{hours} hour{'' if hours == 1 else 's'}" if hours else "less than an hour"


def _changed(meta: Mapping[str, Any], *, leaked: bool) -> str:
    if "new_name" in meta:
        return f"Renamed to “{meta['new_name']}”"
    if "disabled" in meta:
        return "Switched off" if meta["disabled"] else "Switched on again"
    if "grace" in meta:
        return "An old secret ended, since it had leaked" if leaked else "Old secrets ended"
    for names, words in (
        (("rate_limit", "burst_limit"), "Limits granted"),
        (("lowered_rate_limit", "lowered_burst_limit"), "Limits lowered"),
    ):
        if names[0] in meta:
            hour, second = (meta.get(name) or "the usual" for name in names)
            return f"{words}: {hour} an hour, {second} a second"
    return "Changed"
