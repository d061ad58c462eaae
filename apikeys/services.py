"""Issue, rotate, change and end keys. Each change and its record share one transaction.

A plaintext is returned once by the function that drew it; nothing else ever holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.views.decorators.debug import sensitive_variables

from accounts import limits
from accounts.audit import ChangedBy
from accounts.models import EventType, Project
from apikeys import bounds, rules, tokens
from apikeys.bounds import TooManyKeys as TooManyKeys
from apikeys.events import record_key, told
from apikeys.models import SILENCE, ApiKey, Kind, Secret
from apikeys.notices import outbox
from apikeys.principal import PERMISSIONS
from apikeys.rules import InvalidKeySettings as InvalidKeySettings
from apikeys.rules import KeyFailure as KeyFailure
from foundation import names

DEFAULT_GRACE = timedelta(hours=24)
GRACE_ENDED = {"grace": "ended"}


class NameTaken(KeyFailure):
    """The project already has a live key with this name."""


class KeyChanged(KeyFailure):
    """The key was rotated since it was looked at."""


class KeyEnded(KeyFailure):
    """The key was deleted."""


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
    by: ChangedBy,
) -> tuple[ApiKey, str]:
    """Create a key; return it and its plaintext, once.

    `purposes` are ids of registered ones; None narrows nothing, of these and of the others.
    Raises InvalidKeySettings, LimitRefused, TooManyKeys or NameTaken.
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
    )
    rules.check(key)
    plaintext = tokens.new_key(environment)
    try:
        with transaction.atomic():
            bounds.refuse_too_many(project, at=at)
            key.save(force_insert=True)
            _add_secret(key, plaintext, at=at)
            narrowed = {"purposes": key.purposes} if key.purposes else None
            record_key(EventType.KEY_CREATE, key, at=at, by=by, changed=narrowed)
            _tell(Kind.CREATION, key, at=at, by=by)
    except IntegrityError as error:
        if not ApiKey.objects.live().filter(project=project, name__iexact=key.name).exists():
            raise
        raise NameTaken(f"This project already has a live key named '{key.name}'.") from error
    return key, plaintext


@transaction.atomic
@sensitive_variables("plaintext")
def rotate_key(
    *,
    key: ApiKey,
    last_four: str,
    grace: timedelta,
    at: datetime,
    ends_when_silent: bool = False,
    by: ChangedBy,
) -> str:
    """Give the key a new secret; the old one works until `at + grace`. Return the plaintext, once.

    It never works beyond the key's own expiry, and `ends_when_silent` ends it earlier: after an
    hour in which nobody used it. `last_four` are the last four characters of the secret to
    replace: a rotation that was sent twice finds them changed and does nothing. Raises KeyChanged
    or KeyEnded.
    """
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.deleted_at:
        raise _ended(key)
    ends_at = max(at, min(at + grace, key.expires_at or at + grace))
    replaced = key.secrets.filter(replaced_at=None, last_four=last_four).update(
        replaced_at=at, ends_at=ends_at, ends_when_silent=ends_when_silent
    )
    if not replaced:
        raise KeyChanged(f"The key '{key.name}' was rotated meanwhile.")
    plaintext = tokens.new_key(key.environment)
    _add_secret(key, plaintext, at=at)
    changed = {"grace_seconds": int((ends_at - at).total_seconds())}
    if ends_when_silent:
        changed["silence_seconds"] = int(SILENCE.total_seconds())
    record_key(EventType.KEY_ROTATE, key, at=at, by=by, changed=changed)
    outbox.tell(
        kind=Kind.ROTATION,
        key_id=key.pk,
        about=tokens.last_four(plaintext) + at.isoformat(),
        at=at,
        details={
            "ends_at": f"{ends_at:%Y-%m-%d %H:%M:%S}" if ends_at > at else "",
            "ends_when_silent": ends_when_silent,
            **told(by, owner_id=key.project.owner_id, at=at),
        },
        by=by,
    )
    return plaintext


@transaction.atomic
def end_grace(*, key: ApiKey, at: datetime, by: ChangedBy) -> int:
    """End the replaced secrets that still work, with the next request. Return how many there were.

    Sent twice, the second finds none and records nothing. Raises KeyEnded.
    """
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.deleted_at:
        raise _ended(key)
    ended = key.secrets.filter(replaced_at__isnull=False, ends_at__gt=at).update(
        ends_at=Greatest(F("replaced_at"), at)
    )
    if ended:
        record_key(EventType.KEY_UPDATE, key, at=at, by=by, changed=GRACE_ENDED)
    return ended


def end_silent(*, at: datetime) -> int:
    """Write down the end of replaced secrets that ended by their silence. Return how many.

    They stopped working at that moment by themselves (`apikeys.authentication`); this makes it
    seen in the record and on the pages.
    """
    ended = 0
    for secret in Secret.objects.silent(at=at).select_related("key"):
        with transaction.atomic():
            end = secret.works_until()
            if Secret.objects.silent(at=at).filter(pk=secret.pk).update(ends_at=end):
                by = ChangedBy(actor="silence", request_id=f"silence-{secret.pk}")
                record_key(EventType.KEY_UPDATE, secret.key, at=at, by=by, changed=GRACE_ENDED)
                ended += 1
    return ended


def rename_key(*, key: ApiKey, name: str, at: datetime, by: ChangedBy) -> None:
    """Rename a key. Raises InvalidKeySettings, NameTaken or KeyEnded."""
    name = names.folded(name)
    rules.check_name(name)
    try:
        _change(key, {"name": name}, at=at, by=by, recorded={"new_name": name})
    except IntegrityError as error:
        raise NameTaken(f"This project already has a live key named '{name}'.") from error


@transaction.atomic
def delete_key(*, key: ApiKey, at: datetime, by: ChangedBy) -> None:
    """End the key with the next request, everywhere. Its name is free again. Raises KeyEnded."""
    end(key, at=at)
    record_key(EventType.KEY_DELETE, key, at=at, by=by)
    _tell(Kind.DELETION, key, at=at, by=by)


@transaction.atomic
def switch_key(*, key: ApiKey, on: bool, at: datetime, by: ChangedBy) -> bool:
    """Switch a key off, or on again: the operator's emergency stop. Return whether it changed.

    Raises KeyEnded.
    """
    live = ApiKey.objects.live().filter(pk=key.pk)
    if live.filter(disabled_at__isnull=not on).update(disabled_at=None if on else at):
        record_key(EventType.KEY_UPDATE, key, at=at, by=by, changed={"disabled": not on})
        return True
    if not live.exists():
        raise _ended(key)
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
    _change(key, {"rate_limit": rate_limit, "burst_limit": burst_limit}, at=at, by=by)


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
    _change(key, lowered, at=at, by=by)


@transaction.atomic
def _change(
    key: ApiKey,
    values: dict[str, Any],
    *,
    at: datetime,
    by: ChangedBy,
    recorded: Mapping[str, Any] | None = None,
) -> None:
    """Change a key that was not deleted, and record it; nothing changes: no event.

    Raises KeyEnded.
    """
    live = ApiKey.objects.live().select_for_update().filter(pk=key.pk)
    before = live.values(*values).first()
    if before is None:
        raise _ended(key)
    if before != values:
        live.update(**values)
        record_key(EventType.KEY_UPDATE, key, at=at, by=by, changed=recorded or values)


def end(key: ApiKey, *, at: datetime) -> None:
    """End the key, in the transaction of whoever records why. Raises KeyEnded."""
    if not ApiKey.objects.live().filter(pk=key.pk).update(deleted_at=at):
        raise _ended(key)


def _tell(kind: Kind, key: ApiKey, *, at: datetime, by: ChangedBy) -> None:
    """Tell the owner what happens once in a key's life, by whom and when."""
    details = told(by, owner_id=key.project.owner_id, at=at)
    outbox.tell(kind=kind, key_id=key.pk, about="", at=at, details=details, by=by)


def _ended(key: ApiKey) -> KeyEnded:
    return KeyEnded(f"The key '{key.name}' was deleted.")


@sensitive_variables("plaintext")
def _add_secret(key: ApiKey, plaintext: str, *, at: datetime) -> None:
    Secret.objects.create(
        key=key,
        digest=tokens.digest(plaintext),
        last_four=tokens.last_four(plaintext),
        created_at=at,
    )
