"""A key's secrets: new ones for old, and the end of those that were replaced."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.views.decorators.debug import sensitive_variables

from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys import tokens
from apikeys.changing import KeyChanged, locked
from apikeys.events import record_key, told
from apikeys.models import SILENCE, ApiKey, Kind, Secret
from apikeys.notices import outbox
from apikeys.rules import KeyFailure

DEFAULT_GRACE = timedelta(hours=24)
GRACE_ENDED = {"grace": "ended"}
# Why a new secret would open nothing, by what stops the key.
STOPPED = {
    "disabled": "was switched off by the operators: a new secret would not work either",
    "paused": "is disabled, and a new secret would not work either: enable it first",
    "project": "belongs to a project that is switched off: a new secret would not work either",
    "expired": "has expired, and a new secret would not work either: extend it first",
}


class KeyUnusable(KeyFailure):
    """The key opens nothing, whatever its secret."""


class SecretInUse(KeyFailure):
    """The replaced secret was used since the rotation."""


def stopped_by(key: ApiKey, *, at: datetime) -> str:
    """Return what keeps every secret of a live key from opening the API; empty if nothing does."""
    if key.disabled_at is not None:
        return "paused" if key.paused else "disabled"
    if key.project.disabled_at is not None:
        return "project"
    return "expired" if key.has_expired(at=at) else ""


@sensitive_variables("plaintext")
def add_secret(key: ApiKey, plaintext: str, *, at: datetime) -> None:
    Secret.objects.create(
        key=key,
        digest=tokens.digest(plaintext),
        last_four=tokens.last_four(plaintext),
        created_at=at,
    )


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
    replace: a rotation that was sent twice finds them changed and does nothing. Raises KeyChanged,
    KeyEnded, or KeyUnusable of a key whose new secret would open nothing.
    """
    key = locked(key)
    if stopped := stopped_by(key, at=at):
        raise KeyUnusable(f"The key '{key.name}' {STOPPED[stopped]}.")
    ends_at = max(at, min(at + grace, key.expires_at or at + grace))
    replaced = key.secrets.filter(replaced_at=None, last_four=last_four).update(
        replaced_at=at, ends_at=ends_at, ends_when_silent=ends_when_silent
    )
    if not replaced:
        raise KeyChanged(f"The key '{key.name}' was rotated meanwhile.")
    plaintext = tokens.new_key(key.environment)
    add_secret(key, plaintext, at=at)
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
def end_secret(
    *, key: ApiKey, secret_id: UUID, though_used: bool, at: datetime, by: ChangedBy
) -> bool:
    """End one replaced secret with the next request. Return whether it still worked.

    Others that were replaced go on. One that was used since it was replaced ends only
    `though_used`. Sent twice, the second finds nothing to end and records nothing. Raises KeyEnded
    or SecretInUse.
    """
    key = locked(key)
    secret = key.secrets.standing(at=at).filter(pk=secret_id, replaced_at__isnull=False).first()
    if secret is None:
        return False
    if secret.is_still_used() and not though_used:
        raise SecretInUse(f"The secret {secret.masked} is still in use.")
    key.secrets.filter(pk=secret_id).update(ends_at=Greatest(F("replaced_at"), at))
    changed = {**GRACE_ENDED, "last_four": secret.last_four}
    record_key(EventType.KEY_UPDATE, key, at=at, by=by, changed=changed)
    return True


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
                changed = {**GRACE_ENDED, "last_four": secret.last_four}
                record_key(EventType.KEY_UPDATE, secret.key, at=at, by=by, changed=changed)
                ended += 1
    return ended
