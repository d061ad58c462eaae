"""Issue, rotate, change and end keys. Each change and its record share one transaction.

A plaintext is returned once by the function that drew it; nothing else ever holds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from accounts import limits
from accounts.audit import ChangedBy
from accounts.models import EventType, Project
from apikeys import bounds, rules, tokens
from apikeys.bounds import TooManyKeys as TooManyKeys
from apikeys.changing import KeyChanged as KeyChanged
from apikeys.changing import KeyEnded as KeyEnded
from apikeys.changing import change, ended, locked
from apikeys.events import record_key, told
from apikeys.models import ApiKey, Kind
from apikeys.notices import outbox
from apikeys.principal import PERMISSIONS
from apikeys.rotation import DEFAULT_GRACE as DEFAULT_GRACE
from apikeys.rotation import GRACE_ENDED as GRACE_ENDED
from apikeys.rotation import KeyUnusable as KeyUnusable
from apikeys.rotation import SecretInUse as SecretInUse
from apikeys.rotation import add_secret
from apikeys.rotation import end_secret as end_secret
from apikeys.rotation import end_silent as end_silent
from apikeys.rotation import rotate_key as rotate_key
from apikeys.rules import InvalidKeySettings as InvalidKeySettings
from apikeys.rules import KeyFailure as KeyFailure
from foundation import names


class NameTaken(KeyFailure):
    """The project already has a live key with this name."""


class AlreadyMade(KeyFailure):
    """The same form made a key before: `key`, which may have been deleted since."""

    def __init__(self, key: ApiKey) -> None:
        super().__init__(f"The key '{key.name}' was made before, by the same form.")
        self.key = key


@sensitive_variables("plaintext")
def issue_key(
    *,
    project: Project,
    name: str,
    environment: str,
    at: datetime,
    permissions: Iterable[str] = PERMISSIONS,
    scopes: Iterable[str] | None = None,
    purpose_classes: Iterable[str] | None = None,
    purposes: Iterable[str] | None = None,
    rate_limit: int | None = None,
    burst_limit: int | None = None,
    expires_at: datetime | None = None,
    notes: str = "",
    form_id: UUID | None = None,
    by: ChangedBy,
) -> tuple[ApiKey, str]:
    """Create a key; return it and its plaintext, once.

    `purposes` are ids of registered ones; None narrows nothing, of these and of the others.
    `form_id` is the page's that asks for it: sent twice, it makes one key. Raises
    InvalidKeySettings, LimitRefused, TooManyKeys, NameTaken or AlreadyMade.
    """
    key = ApiKey(
        project=project,
        name=names.folded(name),
        environment=environment,
        permissions=rules.known("permission", permissions, PERMISSIONS),
        scopes=rules.narrowing("scope", scopes, settings.KEY_SCOPES),
        purpose_classes=rules.narrowing(
            "purpose class", purpose_classes, settings.KEY_PURPOSE_CLASSES
        ),
        purposes=rules.registered(purposes, project.pk),
        rate_limit=rate_limit,
        burst_limit=burst_limit,
        created_at=at,
        expires_at=expires_at,
        notes=rules.noted(notes),
        form_id=form_id,
    )
    rules.check(key)
    plaintext = tokens.new_key(environment)
    try:
        with transaction.atomic():
            bounds.wait_turn(project)
            _refuse_known(key)
            bounds.refuse_too_many(project, at=at)
            key.save(force_insert=True)
            add_secret(key, plaintext, at=at)
            narrowed = {"purposes": key.purposes} if key.purposes else None
            record_key(EventType.KEY_CREATE, key, at=at, by=by, changed=narrowed)
            _tell(Kind.CREATION, key, at=at, by=by)
    except IntegrityError:  # where nobody waits in turn, as on SQLite
        _refuse_known(key)
        raise
    return key, plaintext


def _refuse_known(key: ApiKey) -> None:
    """Refuse a key that was made before, or a taken name. Raises AlreadyMade or NameTaken."""
    same_form = ApiKey.objects.filter(project=key.project, form_id=key.form_id)
    if key.form_id is not None and (made := same_form.first()):
        raise AlreadyMade(made)
    _refuse_taken(key.name, key.project_id)


def _refuse_taken(name: str, project_id: UUID, *, but: UUID | None = None) -> None:
    """Refuse a name that looks like that of another live key. Raises NameTaken."""
    live = ApiKey.objects.live().filter(project_id=project_id)
    if but is not None:
        live = live.exclude(pk=but)
    look = names.look(name)
    for other in live.values_list("name", flat=True):
        if names.look(other) == look:
            raise NameTaken(f"This project already has a live key named '{other}'.")


def seal_of_words(key: ApiKey) -> str:
    """Return what tells a key's name and notes from others: a form carries it."""
    return hashlib.sha256(f"{key.name}\n{key.notes}".encode()).hexdigest()[:16]


@transaction.atomic
def rename_key(
    *,
    key: ApiKey,
    name: str,
    notes: str | None = None,
    seen: str = "",
    at: datetime,
    by: ChangedBy,
) -> None:
    """Rename a key that came with its project, and change its notes; None leaves them.

    `seen` is what `seal_of_words` told when they were shown; empty for whoever saw none. The record
    keeps that notes changed, not what they say. Raises InvalidKeySettings, NameTaken, KeyChanged or
    KeyEnded.
    """
    values: dict[str, Any] = {"name": names.folded(name)}
    rules.check_name(values["name"])
    if notes is not None:
        values["notes"] = rules.noted(notes)
    bounds.wait_turn(key.project)
    before = locked(key)
    if seen and seen != seal_of_words(before):
        raise KeyChanged("Somebody else changed its name or notes while you did.")
    if names.look(before.name) != names.look(values["name"]):
        _refuse_taken(values["name"], key.project_id, but=key.pk)
    recorded: dict[str, Any] = {}
    if before.name != values["name"]:
        recorded["new_name"] = values["name"]
    if before.notes != values.get("notes", before.notes):
        recorded["notes"] = "changed"
    change(key, values, at=at, by=by, recorded=recorded)


@transaction.atomic
def delete_key(*, key: ApiKey, at: datetime, by: ChangedBy) -> None:
    """End the key with the next request, everywhere. Its name is free again. Raises KeyEnded."""
    end(key, at=at)
    record_key(EventType.KEY_DELETE, key, at=at, by=by)
    _tell(Kind.DELETION, key, at=at, by=by)


@transaction.atomic
def delete_keys(*, keys: Iterable[ApiKey], at: datetime, by: ChangedBy) -> list[ApiKey]:
    """End these keys in one transaction, each as `delete_key` does; return those that it ended.

    One that has ended meanwhile is passed over. They are taken in the order of their ids, so that
    two such requests at once do not wait for each other.
    """
    gone = []
    for key in sorted(keys, key=lambda one: one.pk):
        with suppress(KeyEnded):
            delete_key(key=key, at=at, by=by)
            gone.append(key)
    return gone


@transaction.atomic
def switch_key(*, key: ApiKey, on: bool, at: datetime, by: ChangedBy) -> bool:
    """Switch a key off, or on again: the operator's emergency stop. Return whether it changed.

    Of one that is paused its owner can then no more end that. Raises KeyEnded.
    """
    live = ApiKey.objects.live().filter(pk=key.pk)
    other = (
        live.exclude(disabled_at=None) if on else live.filter(Q(disabled_at=None) | Q(paused=True))
    )
    if other.update(disabled_at=None if on else at, paused=False):
        record_key(EventType.KEY_UPDATE, key, at=at, by=by, changed={"disabled": not on})
        return True
    if not live.exists():
        raise ended(key)
    return False


def set_limits(
    *,
    key: ApiKey,
    rate_limit: int | None,
    burst_limit: int | None,
    at: datetime,
    by: ChangedBy,
) -> None:
    """Set how many requests an hour and a second the key may make; None: as its project has it.

    It holds from the next request on. Raises LimitRefused or KeyEnded.
    """
    limits.check(rate_limit, burst_limit)
    change(key, {"rate_limit": rate_limit, "burst_limit": burst_limit}, at=at, by=by)


def lower_limits(
    *,
    key: ApiKey,
    rate_limit: int | None,
    burst_limit: int | None,
    at: datetime,
    by: ChangedBy,
) -> None:
    """Let the key, which came with its project, make fewer requests than operators grant it.

    None: as many as they grant. Raises LimitRefused or KeyEnded.
    """
    limits.check_lowered((rate_limit, burst_limit), key.granted_limits())
    lowered = {"lowered_rate_limit": rate_limit, "lowered_burst_limit": burst_limit}
    change(key, lowered, at=at, by=by)


def end(key: ApiKey, *, at: datetime) -> None:
    """End the key, in the transaction of whoever records why. Raises KeyEnded."""
    if not ApiKey.objects.live().filter(pk=key.pk).update(deleted_at=at):
        raise ended(key)


def _tell(kind: Kind, key: ApiKey, *, at: datetime, by: ChangedBy) -> None:
    """Tell the owner what happens once in a key's life, by whom and when."""
    details = told(by, owner_id=key.project.owner_id, at=at)
    outbox.tell(kind=kind, key_id=key.pk, about="", at=at, details=details, by=by)
