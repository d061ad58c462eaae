"""Mails that follow a request for access: a receipt, word to the operators, and their answer.

What is to be mailed stands in the request's row, so that it survives whatever ends the process:
soon after the request, or within the service's next minute, or after its next start.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessRequest
from foundation import mail
from foundation.background import background
from foundation.visible import shown

logger = logging.getLogger(__name__)

RETRY = timedelta(minutes=5)  # after a failure; then twice as long each time
MOST_TRIES = 10
MOST_AT_ONCE = 200


def send_soon() -> None:
    """Send what waits, without making whoever asks for access wait."""
    background.do(lambda: send_waiting(at=timezone.now()))


def send_waiting(*, at: datetime) -> int:
    """Mail what waits, each once between all processes. Return of how many requests."""
    waiting = AccessRequest.objects.filter(told_at=None, next_try_at__lte=at)
    return sum(_send(one, at=at) for one in waiting.order_by("next_try_at")[:MOST_AT_ONCE])


def _send(access_request: AccessRequest, *, at: datetime) -> int:
    tries = access_request.tries
    this = AccessRequest.objects.filter(pk=access_request.pk, told_at=None)
    again = at + RETRY * 2**tries
    if not this.filter(tries=tries).update(tries=tries + 1, next_try_at=again):
        return 0  # another process has it
    sent = 0
    try:
        _mail(access_request)
        sent = 1
    except (OSError, SMTPException) as error:
        # Not its message: a mail server's may hold the address.
        logger.error("no mail for a request for access: %s", type(error).__name__)
        if tries + 1 < MOST_TRIES:
            return 0
    this.update(told_at=at)
    return sent


def _mail(access_request: AccessRequest) -> None:
    """Say nothing to the address that was typed with it: whoever typed it need not be its owner.

    Who was declined is mailed what an operator wrote; not if they were invited after all.
    """
    if access_request.decline_mail:
        if AccessRequest.objects.filter(pk=access_request.pk, declined_at__isnull=False).exists():
            words = shown(access_request.decline_mail)
            mail.send("access_declined", to=access_request.email, words=words)
        return
    mail.send(
        "access_requested",
        to=access_request.email,
        docs_url=settings.SITE_URL + reverse("docs_page", args=["quickstart"]),
    )
    if settings.OPERATORS_EMAIL:
        queue = settings.SITE_URL + reverse("admin:accounts_accessrequest_changelist")
        mail.send(
            "access_waiting", to=settings.OPERATORS_EMAIL, name=access_request.name, queue=queue
        )
