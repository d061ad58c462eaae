"""Tells owners by mail what happened to their keys, and what is about to.

A notice is a row that is written in the transaction of what it tells. The mail follows soon after,
and is tried again when the mail server is away: nothing is lost when a process ends in between.
A process that is killed between a mail and writing down that it was sent may send it again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit import ChangedBy
from apikeys.models import ApiKey, Kind, Notice
from apikeys.notices import letters
from foundation.background import background

logger = logging.getLogger(__name__)

WARNED_AHEAD = (timedelta(days=1), timedelta(days=7))  # of a key's expiry
QUIET = timedelta(hours=1)  # between two mails about new addresses of one key
RETRY = timedelta(minutes=5)  # after a failure; then twice as long each time
MOST_TRIES = 10
MOST_AT_ONCE = 200  # notices


def tell(
    *,
    kind: Kind,
    about: str,
    at: datetime,
    key_id: UUID | None = None,
    account_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
    by: ChangedBy | None = None,
) -> None:
    """Write down what the owner of a key or an account is to be told; mail it after the commit.

    It belongs into the transaction of what it tells. The same `about` of one kind and key or
    account is told once. `details` is what the mail says. What a command does is mailed by the
    service: the command would end before it was, and may print a key that a script reads.
    """
    notice = Notice(
        key_id=key_id,
        account_id=account_id,
        kind=kind,
        about=about,
        details=dict(details or {}),
        created_at=at,
        next_try_at=at,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    if by is None or not by.is_command:
        transaction.on_commit(send_soon)


def send_soon() -> None:
    """Send what waits, without making whoever caused it wait."""
    background.do(lambda: send_waiting(at=timezone.now()))


def record_expiries(*, at: datetime) -> None:
    """Write notices of keys that expire within a week or a day, unless they live shorter."""
    ending = ApiKey.objects.live().filter(
        expires_at__gt=at, expires_at__lte=at + max(WARNED_AHEAD), disabled_at=None
    )
    told = set(
        Notice.objects.filter(kind=Kind.EXPIRY, key_id__in=ending.values("pk")).values_list(
            "key_id", "about"
        )
    )
    for key in ending:
        if key.expires_at is None:
            continue
        ahead = next(one for one in WARNED_AHEAD if key.expires_at - at <= one)
        about = f"{ahead.days} {key.expires_at.isoformat()}"
        if key.created_at <= key.expires_at - ahead and (key.pk, about) not in told:
            tell(kind=Kind.EXPIRY, key_id=key.pk, about=about, at=at)


def send_waiting(*, at: datetime) -> int:
    """Mail what waits, each once between all processes. Return how many mails were sent."""
    sent = 0
    for notice in Notice.objects.waiting(at=at)[:MOST_AT_ONCE]:
        mine = [one for one in _together(notice, at=at) if _claim(one, at=at)]
        if mine:
            sent += _send(mine, at=at)
    return sent


def _together(notice: Notice, *, at: datetime) -> list[Notice]:
    """Return what goes into one mail: of new addresses all that wait, none soon after the last."""
    if notice.kind != Kind.NEW_ADDRESS:
        return [notice]
    of_key = Notice.objects.filter(key_id=notice.key_id, kind=Kind.NEW_ADDRESS)
    last = of_key.filter(done_at__gt=at - QUIET).order_by("-done_at").first()
    if last is not None and last.done_at is not None:
        of_key.waiting(at=at).update(next_try_at=last.done_at + QUIET)
        return []
    return list(of_key.waiting(at=at))


def _claim(notice: Notice, *, at: datetime) -> bool:
    """Return whether this process is the one to send it now. Until it is done it is due again."""
    untouched = Notice.objects.filter(pk=notice.pk, done_at=None, tries=notice.tries)
    again = at + RETRY * 2**notice.tries
    return bool(untouched.update(tries=notice.tries + 1, next_try_at=again))


def _send(notices: list[Notice], *, at: datetime) -> int:
    """Send one mail of notices that this process claimed. Return how many: none or one."""
    sent = 0
    try:
        sent = letters.send(notices, at=at)
    except (OSError, SMTPException) as error:
        # Not its message: a mail server's may hold the address.
        logger.error("no mail for the notice '%s': %s", notices[0], type(error).__name__)
        if notices[0].tries + 1 < MOST_TRIES:
            return 0
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(done_at=at)
    return sent
