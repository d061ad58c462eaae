"""Keys that were seen where they must not be: they are ended at once, and their owner is told.

Whoever shows a key's plaintext may end it: they could use it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys import scanning, services, tokens
from apikeys.events import record_key
from apikeys.models import ApiKey, Kind, Secret
from apikeys.notices import outbox

LEAKED = "LEAKED"  # the reason of an event
AT_ONCE = 500  # digests in a statement


@sensitive_variables("text")
def keys_in(text: str) -> set[str]:
    """Return the well-formed keys that stand in a text; what fails its checksum is none."""
    return scanning.keys_in(text.encode("utf-8", "surrogatepass"))


@sensitive_variables("plaintexts")
def end_leaked(
    *, plaintexts: Iterable[str], at: datetime, url: str = "", by: ChangedBy
) -> list[ApiKey]:
    """Delete the live keys that one of these still opens, and return them.

    A secret that has ended, by its time or by its silence, opens nothing: its key goes on.
    `url` says where it was found, for the mail to the owner.
    """
    ended = []
    for secret in _live_secrets(plaintexts, at=at):
        try:
            delete_leaked(secret=secret, url=url, at=at, by=by)
        except services.KeyEnded:
            continue  # two of its secrets leaked, or somebody was faster
        ended.append(secret.key)
    return ended


@transaction.atomic
def delete_leaked(*, secret: Secret, url: str, at: datetime, by: ChangedBy) -> None:
    """Delete a leaked key and tell its owner. `url` says where it was found; it may be empty.

    Raises KeyEnded.
    """
    services.end(secret.key, at=at)
    record_key(EventType.KEY_DELETE, secret.key, at=at, by=by, reason_code=LEAKED)
    details = {"masked": secret.masked, "url": url}
    outbox.tell(kind=Kind.LEAK, key_id=secret.key_id, about="", at=at, details=details)


@sensitive_variables("plaintexts")
def _live_secrets(plaintexts: Iterable[str], *, at: datetime) -> Iterator[Secret]:
    digests = [tokens.digest(plaintext) for plaintext in plaintexts]
    for start in range(0, len(digests), AT_ONCE):
        yield from (
            Secret.objects.standing(at=at)
            .filter(digest__in=digests[start : start + AT_ONCE], key__deleted_at=None)
            .select_related("key__project__owner")
        )
