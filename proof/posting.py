"""Sends the latest seals somewhere else once a day, where whoever owns the database is not.

By mail to SEALS_EMAIL, and by POST to SEALS_URL. What could not be sent is tried again, twice as
long after each time, and the log says so; what was given up is in the next day's.
"""

from __future__ import annotations

import logging
import urllib.request
from datetime import datetime, timedelta
from http.client import HTTPException
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.db.models import Max, Q

from foundation import mail
from proof.latest import LatestSeal, as_text, told
from proof.models import Posting, Seal, Way

logger = logging.getLogger(__name__)

RETRY = timedelta(minutes=5)  # after a failure; then twice as long each time
MOST_TRIES = 8  # the last about ten hours after the first
SECONDS = 10.0
FORGOTTEN = timedelta(days=90)


def post(*, at: datetime) -> int:
    """Send what is due, each once between all processes. Return how many were sent."""
    for way, where in ((Way.MAIL, settings.SEALS_EMAIL), (Way.URL, settings.SEALS_URL)):
        # Most minutes today's is there: the seals of all chains are not looked up for it then. An
        # earlier one that is still to be sent takes along what is new.
        there = Posting.objects.filter(Q(day=at.date()) | Q(done_at=None), way=way)
        if where and not there.exists() and _seals(way):
            Posting.objects.get_or_create(way=way, day=at.date(), defaults={"next_try_at": at})
    sent = sum(_send(one, at=at) for one in Posting.objects.waiting(at=at) if _claim(one, at=at))
    Posting.objects.filter(done_at__lt=at - FORGOTTEN).delete()
    return sent


def _claim(posting: Posting, *, at: datetime) -> bool:
    """Return whether this process is the one to send it now. Until it is done it is due again."""
    untouched = Posting.objects.filter(pk=posting.pk, done_at=None, tries=posting.tries)
    again = at + RETRY * 2**posting.tries
    return bool(untouched.update(tries=posting.tries + 1, next_try_at=again))


def _send(posting: Posting, *, at: datetime) -> int:
    """Send what this process claimed. Return how many: none or one."""
    row = Posting.objects.filter(pk=posting.pk)
    where = settings.SEALS_EMAIL if posting.way == Way.MAIL else settings.SEALS_URL
    if not where:  # it is not wanted any more
        row.update(done_at=at)
        return 0
    seals = _seals(Way(posting.way))
    try:
        (_mail if posting.way == Way.MAIL else _upload)(where, seals, at=at)
    except (OSError, SMTPException, HTTPException, ValueError) as error:
        # Not its message: it may hold the address, and that a secret.
        logger.error("The %s were not sent: %s", posting, type(error).__name__)
        if posting.tries + 1 >= MOST_TRIES:
            row.update(done_at=at)
        return 0
    row.update(sent_at=at, done_at=at)
    logger.info("The %s were sent: %d", posting, len(seals))
    return 1


def _seals(way: Way) -> list[LatestSeal]:
    """Return the latest seal of each chain that was sealed since it was last sent this way."""
    last = Posting.objects.filter(way=way).aggregate(last=Max("sent_at"))["last"]
    seals = Seal.objects.all() if last is None else Seal.objects.filter(sealed_at__gte=last)
    chains = seals.values("app_id", "environment").annotate(latest=Max("number"))
    found = (
        Seal.objects.get(app_id=one["app_id"], environment=one["environment"], number=one["latest"])
        for one in chains.order_by("app_id", "environment")
    )
    return [told(seal) for seal in found]


def _mail(to: str, seals: list[LatestSeal], *, at: datetime) -> None:
    name = f"seals-{at:%Y-%m-%d}.jws"
    docs = f"{settings.SITE_URL}/docs/sealed-record/"
    attached = {name: as_text(seals)}
    mail.send("latest_seals", to=to, attached=attached, count=len(seals), docs_url=docs)


def _upload(url: str, seals: list[LatestSeal], *, at: datetime) -> None:
    """POST the seals as text.

    Raises OSError, of an answer that is no success too, HTTPException of what is no answer, or
    ValueError of an address that is none.
    """
    request = urllib.request.Request(  # noqa: S310 - config/settings.py refuses all but https
        url,
        data=as_text(seals).encode(),
        headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": "Memory Scope"},
        method="POST",
    )
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=SECONDS):
        pass


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Followed, a POST would become a GET that sends nothing."""

    def redirect_request(self, *args: Any) -> None:
        return None
