"""Tells in words what happened to a key, or to a purpose, from events in the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.audit import who
from accounts.models import AuditEvent, EventType
from apikeys.rights import EXTENDED, WIDENED, WORDS, said

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


def _rights(meta: Mapping[str, Any]) -> str:
    """Tell what a key's rights are since a change, kind by kind."""
    now = [f"{WORDS[name]} {said(name, value)}" for name, value in meta["after"].items()]
    if "purposes" in meta:
        ids = meta["purposes"]["after"]
        now.append("every purpose" if ids is None else f"only for {', '.join(ids)}")
    return "; ".join(now) or "other purposes"


def _rotated(meta: Mapping[str, Any]) -> str:
    grace = timedelta(seconds=meta.get("grace_seconds", 0))
    if not grace:
        return "Rotated; the old secret stopped at once"
    silence = ", or an hour unused" if "silence_seconds" in meta else ""
    return f"Rotated; old secret valid for {_length(grace)}{silence}"


def _length(time: timedelta) -> str:
    hours = round(time / timedelta(hours=1))
    if hours >= 48:
        return f"{round(hours / 24)} days"
    return f"{hours} hour{'' if hours == 1 else 's'}" if hours else "less than an hour"


def _changed(meta: Mapping[str, Any], *, leaked: bool) -> str:
    if "new_name" in meta:
        notes = "; notes changed" if "notes" in meta else ""
        return f"Renamed to “{meta['new_name']}”{notes}"
    if "notes" in meta:
        return "Notes changed"
    if "rights" in meta:
        return f"May do {'more' if meta['rights'] == WIDENED else 'less'}: {_rights(meta)}"
    if "expiry" in meta:
        end = said("expires_at", meta["after"]["expires_at"])
        return f"{'Extended' if meta['expiry'] == EXTENDED else 'Shortened'}; expires: {end}"
    if "disabled" in meta:
        return "Switched off" if meta["disabled"] else "Switched on again"
    if "grace" in meta:
        if leaked:
            return "An old secret ended, since it had leaked"
        last_four = meta.get("last_four")
        return f"The old secret ••••{last_four} ended" if last_four else "Old secrets ended"
    for names, words in (
        (("rate_limit", "burst_limit"), "Limits granted"),
        (("lowered_rate_limit", "lowered_burst_limit"), "Limits lowered"),
    ):
        if names[0] in meta:
            hour, second = (meta.get(name) or "the usual" for name in names)
            return f"{words}: {hour} an hour, {second} a second"
    return "Changed"
