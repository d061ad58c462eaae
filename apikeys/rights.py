"""What a key may do and until when: changed later, told apart by whether it gets more or less."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys import bounds, rules
from apikeys.changing import KeyChanged, locked
from apikeys.events import record_key, told
from apikeys.models import ApiKey, Kind
from apikeys.notices import outbox
from apikeys.principal import PERMISSIONS
from apikeys.rules import InvalidKeySettings

WIDENED, NARROWED = "widened", "narrowed"
EXTENDED, SHORTENED = "extended", "shortened"
WORDS = {
    "permissions": "permissions",
    "scopes": "scopes",
    "purpose_classes": "purpose classes",
    "expires_at": "expires",
}


@dataclass(frozen=True)
class Rights:
    """What a key may do; None narrows nothing. `purposes` are ids of registered ones."""

    permissions: tuple[str, ...]
    scopes: tuple[str, ...] | None
    purpose_classes: tuple[str, ...] | None
    purposes: tuple[str, ...] | None

    def widens(self, before: Rights) -> bool:
        """Say whether a key with these rights may do anything that it might not before."""
        mine, theirs = asdict(self), asdict(before)
        return any(_is_wider(mine[name], theirs[name], _every(name)) for name in mine)

    def stored(self) -> dict[str, list[str] | None]:
        """Return the rights as a key's columns hold them."""
        return {
            name: None if value is None else list(value) for name, value in asdict(self).items()
        }

    def seal(self) -> str:
        """Return what tells these rights from others: a form carries that of those it showed."""
        told = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def rights_of(key: ApiKey) -> Rights:
    return Rights(
        permissions=tuple(key.permissions),
        scopes=_as_tuple(key.scopes),
        purpose_classes=_as_tuple(key.purpose_classes),
        purposes=_as_tuple(key.purposes),
    )


def chosen(
    *,
    permissions: Iterable[str],
    scopes: Iterable[str] | None,
    purpose_classes: Iterable[str] | None,
    purposes: Iterable[str] | None,
    key: ApiKey,
) -> Rights:
    """Return rights that the key can be given. Raises InvalidKeySettings."""
    classes = rules.narrowing("purpose class", purpose_classes, settings.KEY_PURPOSE_CLASSES)
    return Rights(
        permissions=tuple(rules.known("permission", permissions, PERMISSIONS)),
        scopes=_as_tuple(rules.narrowing("scope", scopes, settings.KEY_SCOPES)),
        purpose_classes=_as_tuple(classes),
        purposes=_as_tuple(rules.registered(purposes, key.project_id)),
    )


def extends(end: datetime | None, before: datetime | None) -> bool:
    """Say whether a key that ends then works longer than one that ends at `before`; None: never."""
    if before is None:
        return False
    return end is None or end > before


@transaction.atomic
def change_rights(
    *, key: ApiKey, rights: Rights, seen: str, at: datetime, by: ChangedBy
) -> str | None:
    """Give a key, which came with its project, these rights from the next request on.

    `seen` is the seal of the rights that whoever changes them saw. Return whether it was widened or
    narrowed; None, without an event, if nothing changed. A change of both kinds is widening. The
    owner is told. Raises KeyChanged or KeyEnded.
    """
    row = locked(key)
    before = rights_of(row)
    if before.seal() != seen:
        raise KeyChanged(f"What the key '{row.name}' may do was changed meanwhile.")
    if rights == before:
        return None
    how = WIDENED if rights.widens(before) else NARROWED
    ApiKey.objects.filter(pk=row.pk).update(**rights.stored())
    old, new = before.stored(), rights.stored()
    names = [name for name in new if new[name] != old[name]]
    purposes = {"before": old.pop("purposes"), "after": new.pop("purposes")}
    changed: dict[str, Any] = {
        "rights": how,
        "before": {name: old[name] for name in names if name in old},
        "after": {name: new[name] for name in names if name in new},
    }
    if "purposes" in names:
        changed["purposes"] = purposes
    _record_and_tell(row, how, changed, at=at, by=by, about=names)
    return how


@transaction.atomic
def change_expiry(
    *, key: ApiKey, expires_at: datetime | None, seen: datetime | None, at: datetime, by: ChangedBy
) -> str | None:
    """Let a key, also an expired one, end at another time, or never.

    `seen` is the end that whoever changes it saw. An expired key works again from the next request
    on, and counts again as one of its project's. Return whether it was extended or shortened; None,
    without an event, if nothing changed. The owner is told. Raises InvalidKeySettings, TooManyKeys,
    KeyChanged or KeyEnded.
    """
    if expires_at is not None and expires_at <= at:
        raise InvalidKeySettings("A key expires in the future. To end one now, delete it.")
    bounds.wait_turn(key.project)
    row = locked(key)
    if row.expires_at != seen:
        raise KeyChanged(f"When the key '{row.name}' expires was changed meanwhile.")
    if row.expires_at == expires_at:
        return None
    if row.has_expired(at=at):
        bounds.refuse_another(key.project, at=at)
    how = EXTENDED if extends(expires_at, row.expires_at) else SHORTENED
    ApiKey.objects.filter(pk=row.pk).update(expires_at=expires_at)
    changed = {
        "expiry": how,
        "before": {"expires_at": _iso(row.expires_at)},
        "after": {"expires_at": _iso(expires_at)},
    }
    widened = WIDENED if how == EXTENDED else NARROWED
    _record_and_tell(row, widened, changed, at=at, by=by, about=["expires_at"])
    return how


def _record_and_tell(
    key: ApiKey,
    how: str,
    changed: Mapping[str, Any],
    *,
    at: datetime,
    by: ChangedBy,
    about: list[str],
) -> None:
    record_key(EventType.KEY_UPDATE, key, at=at, by=by, changed=changed)
    details = {
        "lines": [_line(name, changed["before"], changed["after"]) for name in about],
        **told(by, owner_id=key.project.owner_id, at=at),
    }
    kind = Kind.WIDENING if how == WIDENED else Kind.NARROWING
    outbox.tell(
        kind=kind,
        key_id=key.pk,
        about=f"{about[0]} {at.isoformat()}",
        at=at,
        details=details,
        by=by,
    )


def _line(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say for a mail what a kind of rights is now, and what it was; of purposes, only that."""
    if name not in after:
        return "the registered purposes that it reads for"
    now, then = (said(name, one[name]) for one in (after, before))
    return f"{WORDS[name]}: {now} (before: {then})"


def said(name: str, value: Any) -> str:
    """Say a kind of rights, or an end, as an event holds it."""
    if value is None:
        return "never" if name == "expires_at" else "all"
    if name == "expires_at":
        return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M} UTC"
    return ", ".join(value)


def _every(name: str) -> set[str] | None:
    """Return all that can be listed of a kind of rights; None of purposes, which never end."""
    known: dict[str, Any] = {
        "permissions": PERMISSIONS,
        "scopes": settings.KEY_SCOPES,
        "purpose_classes": settings.KEY_PURPOSE_CLASSES,
    }
    return {str(one) for one in known[name]} if name in known else None


def _is_wider(
    mine: tuple[str, ...] | None, before: tuple[str, ...] | None, every: set[str] | None
) -> bool:
    if before is None:
        return False
    if mine is None:
        return every is None or not every <= set(before)
    return not set(mine) <= set(before)


def _as_tuple(names: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
