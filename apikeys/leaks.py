"""Keys that were seen where they must not be: they are ended at once, and their owner is told.

Whoever shows a key's plaintext may end it: he could use it as well.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from apikeys import services, tokens
from apikeys.models import ApiKey, Secret

logger = logging.getLogger("memory_scope.leaks")

REASON = "LEAKED"
# A key inside other text: the pattern of tokens.PATTERN, not a part of a longer word.
IN_TEXT = re.compile(r"(?<![0-9A-Za-z_])sk_(?:test|live)_[0-9A-Za-z]{38}(?![0-9A-Za-z])")

MAIL = """\
The API key '{name}' ({masked}) of your project '{project}' was found where
others can see it{place}.

We deleted it: requests with it are refused from now on. Make a new key for what used it, and look
for what was done with the old one since it leaked; the audit record holds the key's id:

{id}
"""


@sensitive_variables("text")
def keys_in(text: str) -> set[str]:
    """The well-formed keys that stand in a text; what fails its checksum is none."""
    return {found for found in IN_TEXT.findall(text) if tokens.environment_of(found)}


@sensitive_variables("plaintexts")
def end_leaked(
    *, plaintexts: Iterable[str], at: datetime, actor: str, request_id: str, place: str = ""
) -> list[ApiKey]:
    """Delete the live keys that one of these still opens, and return them.

    A secret that has ended, by rotation or before, opens nothing: its key goes on. `place` says
    where it was found, for the mail to the owner.
    """
    ended = []
    for secret in _live_secrets(plaintexts, at=at):
        try:
            services.delete_key(
                key=secret.key, at=at, actor=actor, request_id=request_id, reason_code=REASON
            )
        except services.KeyEnded:
            continue  # two of its secrets leaked, or somebody was faster
        ended.append(secret.key)
        _tell_owner(secret, place)
    return ended


@sensitive_variables("plaintexts")
def _live_secrets(plaintexts: Iterable[str], *, at: datetime) -> Iterator[Secret]:
    digests = [tokens.digest(plaintext) for plaintext in plaintexts]
    yield from (
        Secret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), digest__in=digests)
        .filter(key__deleted_at=None)
        .select_related("key__project__owner")
    )


def _tell_owner(secret: Secret, place: str) -> None:
    """Once the deletion is certain. A mail that fails is logged; the key stays deleted."""
    key = secret.key
    subject = f"Your API key '{key.name}' has leaked and was deleted"
    text = MAIL.format(
        name=key.name,
        masked=secret.masked,
        project=key.project.name,
        place=f": {place}" if place else "",
        id=key.pk,
    )

    def send() -> None:
        try:
            send_mail(subject, text, None, [key.project.owner.email])
        except (OSError, SMTPException) as error:
            logger.error("no mail about the leaked key %s: %s", key.pk, type(error).__name__)

    transaction.on_commit(send)
