"""Tells in words what happened to a key, or to a purpose, from events in the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.audit import who
from accounts.models import AuditEvent, EventType
from apikeys.drift.words import kinds_said
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
    "closed_in_test": "Closed in test",
    "closed_in_live": "Closed in live",
    "shadow_in_test": "Shadow in test",
    "shadow_in_live": "Shadow in live",
    "reason": "Why they looked",
}


@dataclass(frozen=True)
class Line:
    what: str
    who: str
    address: str
    at: datetime
    request_id: str


@dataclass(frozen=True)
class Act:
    """What happened to a key: in the key's own history, and as what somebody did to it.

    `did` has a verb, and `{key}` where the key's name goes.
    """

    what: str
    did: str


def lines(events: Iterable[AuditEvent], *, owner_id: UUID) -> Iterator[Line]:
    """Tell each event about one key in words, in their order."""
    for event in events:
        yield Line(
            what=act(event).what,
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
            if key.startswith("closed_in_"):
                words = words or "nothing"
            if key.startswith("shadow_in_"):
                words = "on" if said else "off"
            if words:
                yield name, words


def act(event: AuditEvent) -> Act:
    """Tell an event about a key."""
    meta: Mapping[str, Any] = event.meta
    leaked = ", since it had leaked" if event.reason_code else ""
    match event.event_type:
        case EventType.KEY_CREATE:
            alone = f", only for {', '.join(meta['purposes'])}" if meta.get("purposes") else ""
            return Act(f"Created as “{meta.get('name', '')}”{alone}", f"created {{key}}{alone}")
        case EventType.KEY_ROTATE:
            old = _old_secret(meta)
            return Act(f"Rotated; {old}", f"rotated {{key}}; {old}")
        case EventType.KEY_DELETE:
            return Act(f"Deleted{leaked}", f"deleted {{key}}{leaked}")
        case _:
            return _changed(meta, leaked)


def _watched(meta: Mapping[str, Any]) -> Act | None:
    """Tell what was new in a key's use, what was said of it, and how the key is watched."""
    if "paused" in meta:
        why = ", since it was used in a new way" if "drift" in meta else ""
        switched = "disabled {key}" if meta["paused"] else "enabled {key} again"
        said_of_it = f"{switched}{why}"
        return Act(said_of_it.replace(" {key}", "").capitalize(), said_of_it)
    if "drift" in meta:
        kinds = kinds_said(meta["drift"])
        return Act(f"Used in a new way: {kinds}", f"flagged {{key}}, used in a new way: {kinds}")
    if "expected" in meta:
        kinds = kinds_said(meta["expected"])
        return Act(f"Expected: {kinds}", f"expected what was new of {{key}}: {kinds}")
    if "watched" in meta:
        how = "disabled when it is used in a new way" if meta["pauses"] else "not disabled for it"
        chosen = f"is watched, and {how}" if meta["watched"] else "is not watched"
        return Act(f"It {chosen}", f"chose that {{key}} {chosen}")
    return None


def _rights(meta: Mapping[str, Any]) -> str:
    """Tell what a key's rights are since a change, kind by kind."""
    now = [f"{WORDS[name]} {said(name, value)}" for name, value in meta["after"].items()]
    if "purposes" in meta:
        ids = meta["purposes"]["after"]
        now.append("every purpose" if ids is None else f"only for {', '.join(ids)}")
    return "; ".join(now) or "other purposes"


def _old_secret(meta: Mapping[str, Any]) -> str:
    grace = timedelta(seconds=meta.get("grace_seconds", 0))
    if not grace:
        return "the old secret stopped at once"
    silence = ", or until unused for an hour" if "silence_seconds" in meta else ""
    return f"old secret valid for {_length(grace)}{silence}"


def _length(time: timedelta) -> str:
    hours = round(time / timedelta(hours=1))
    if hours >= 48:
        return f"{round(hours / 24)} days"
    return f"{hours} hour{'' if hours == 1 else 's'}" if hours else "less than an hour"


def _changed(meta: Mapping[str, Any], leaked: str) -> Act:
    if "new_name" in meta:
        name = meta["new_name"]
        notes = "; notes changed" if "notes" in meta else ""
        return Act(f"Renamed to “{name}”{notes}", f"renamed {{key}} to “{name}”{notes}")
    if "notes" in meta:
        return Act("Notes changed", "changed the notes of {key}")
    if "rights" in meta:
        less_or_more, now = "more" if meta["rights"] == WIDENED else "less", _rights(meta)
        return Act(f"May do {less_or_more}: {now}", f"let {{key}} do {less_or_more}: {now}")
    if "expiry" in meta:
        end = said("expires_at", meta["after"]["expires_at"])
        changed = "extended" if meta["expiry"] == EXTENDED else "shortened"
        return Act(
            f"{changed.capitalize()}; expires: {end}", f"{changed} {{key}}, which expires: {end}"
        )
    if act := _watched(meta):
        return act
    if "disabled" in meta:
        switched = "switched {} off" if meta["disabled"] else "switched {} on again"
        return Act(
            switched.replace(" {}", "").capitalize(),
            switched.replace("{}", "{key}"),
        )
    if "grace" in meta:
        if leaked:
            return Act(f"An old secret ended{leaked}", f"ended an old secret of {{key}}{leaked}")
        if last_four := meta.get("last_four"):
            return Act(
                f"The old secret ••••{last_four} ended",
                f"ended the old secret ••••{last_four} of {{key}}",
            )
        return Act("Old secrets ended", "ended the old secrets of {key}")
    for names, verb in (
        (("rate_limit", "burst_limit"), "granted"),
        (("lowered_rate_limit", "lowered_burst_limit"), "lowered"),
    ):
        if names[0] in meta:
            hour, second = (meta.get(name) or "the usual" for name in names)
            limits = f"{hour} an hour, {second} a second"
            whose = "limits to {key}" if verb == "granted" else "the limits of {key}"
            return Act(f"Limits {verb}: {limits}", f"{verb} {whose}: {limits}")
    return Act("Changed", "changed {key}")
