"""Keys that were seen where they must not be: they are ended at once, and their owner is told.

A secret that a rotation replaced takes nothing with it: its key goes on with the newest. Whoever
shows a key's plaintext may end it: they could use it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.views.decorators.debug import sensitive_variables

from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys import scanning, services, tokens
from apikeys.events import record_key
from apikeys.models import ApiKey, Kind, Secret
from apikeys.notices import outbox

LEAKED = "LEAKED"  # the reason of an event
AT_ONCE = 500  # digests in a statement


@dataclass(frozen=True)
class Ended:
    """What a report ended: a whole key, or only secrets of it that a rotation had replaced."""

    key: ApiKey
    whole: bool


@sensitive_variables("text")
def keys_in(text: str) -> set[str]:
    """Return the well-formed keys that stand in a text; what fails its checksum is none."""
    return scanning.keys_in(text.encode("utf-8", "surrogatepass"))


@sensitive_variables("plaintexts")
def end_leaked(
    *, plaintexts: Iterable[str], at: datetime, url: str = "", by: ChangedBy
) -> list[Ended]:
    """End what one of these still opens: a key, or a secret that a rotation replaced.

    A secret that has ended, by its time or by its silence, opens nothing: its key goes on. `url`
    says where it was found, for the mail to the owner.
    """
    of_keys: dict[UUID, list[Secret]] = {}
    for secret in _live_secrets(plaintexts, at=at):
        of_keys.setdefault(secret.key_id, []).append(secret)
    ended = []
    for secrets in of_keys.values():
        try:
            ended += _end(secrets, url=url, at=at, by=by)
        except services.KeyEnded:
            continue  # somebody was faster
    return ended


@transaction.atomic
def _end(secrets: list[Secret], *, url: str, at: datetime, by: ChangedBy) -> list[Ended]:
    """End the key if the newest of its secrets leaked, else those that did.

    It is decided under the key's lock, which a rotation takes too: a secret that is replaced at
    this moment takes no newer one with it. Raises KeyEnded.
    """
    key = ApiKey.objects.live().select_for_update().filter(pk=secrets[0].key_id).first()
    if key is None:
        raise services.KeyEnded
    standing = Secret.objects.standing(at=at).filter(pk__in=[secret.pk for secret in secrets])
    leaked = list(standing.select_related("key__project__owner").order_by("-created_at", "-id"))
    if leaked and leaked[0].replaced_at is None:
        delete_leaked(secret=leaked[0], url=url, at=at, by=by)
        return [Ended(leaked[0].key, whole=True)]
    for secret in leaked:
        _end_replaced(secret, url=url, at=at, by=by)
    return [Ended(secret.key, whole=False) for secret in leaked[:1]]


def _end_replaced(secret: Secret, *, url: str, at: datetime, by: ChangedBy) -> None:
    """End one secret that a rotation replaced; the newest one of its key goes on."""
    Secret.objects.filter(pk=secret.pk).update(ends_at=Greatest(F("replaced_at"), at))
    record_key(
        EventType.KEY_UPDATE,
        secret.key,
        at=at,
        by=by,
        changed=services.GRACE_ENDED,
        reason_code=LEAKED,
    )
    _tell(secret, about=str(secret.pk), url=url, at=at, by=by)


@transaction.atomic
def delete_leaked(*, secret: Secret, url: str, at: datetime, by: ChangedBy) -> None:
    """Delete a leaked key and tell its owner. `url` says where it was found; it may be empty.

    Raises KeyEnded.
    """
    services.end(secret.key, at=at)
    record_key(EventType.KEY_DELETE, secret.key, at=at, by=by, reason_code=LEAKED)
    _tell(secret, about="", url=url, at=at, by=by)


def _tell(secret: Secret, *, about: str, url: str, at: datetime, by: ChangedBy) -> None:
    details = {"masked": secret.masked, "url": url, "replaced": bool(about)}
    outbox.tell(kind=Kind.LEAK, key_id=secret.key_id, about=about, at=at, details=details, by=by)


@sensitive_variables("plaintexts")
def _live_secrets(plaintexts: Iterable[str], *, at: datetime) -> Iterator[Secret]:
    digests = [tokens.digest(plaintext) for plaintext in plaintexts]
    for start in range(0, len(digests), AT_ONCE):
        yield from (
            Secret.objects.standing(at=at)
            .filter(digest__in=digests[start : start + AT_ONCE], key__deleted_at=None)
            .select_related("key__project__owner")
        )
