"""Mails by which a forgotten password is replaced.

Who asked stands in a row that the request writes, whatever is known of the address, so that no end
of a process loses it. The address is looked up, and the link made, when the mail is sent.
"""

from __future__ import annotations

import logging
from datetime import datetime
from smtplib import SMTPException

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts.allauth_internals import filter_users_by_email
from accounts.models import PasswordReset, User
from accounts.receipts import MOST_AT_ONCE, MOST_TRIES, RETRY

logger = logging.getLogger(__name__)


def ask(*, email: str, at: datetime) -> None:
    """Keep that somebody asked for this address, in lower case, to be mailed soon."""
    PasswordReset.objects.create(email=email, asked_at=at, next_try_at=at)


def send_waiting(*, at: datetime) -> int:
    """Mail what waits, each once between all processes. Return how many mails were sent."""
    return sum(_send(one, at=at) for one in PasswordReset.objects.waiting(at=at)[:MOST_AT_ONCE])


def _send(reset: PasswordReset, *, at: datetime) -> int:
    tries = reset.tries
    this = PasswordReset.objects.filter(pk=reset.pk)
    if not this.filter(tries=tries).update(tries=tries + 1, next_try_at=at + RETRY * 2**tries):
        return 0  # another process has it
    sent = 0
    try:
        for user in _people(reset.email):
            _mail(user, reset.email)
            sent += 1
    except (OSError, SMTPException) as error:
        # Not its message: a mail server's may hold the address.
        logger.error("no mail to reset a password: %s", type(error).__name__)
        if tries + 1 < MOST_TRIES:
            return sent
    this.delete()
    return sent


def _people(email: str) -> list[User]:
    """Find whose address it is; it is nobody's who wants it and has not confirmed it.

    Its reader could be anyone, had it been mistyped: no mail there opens the account.
    """
    found: list[User] = filter_users_by_email(
        email, is_active=True, prefer_verified=True, for_login=True
    )
    return [user for user in found if user.email.lower() == email.lower()]


@sensitive_variables()
def _mail(user: User, email: str) -> None:
    uid, token = user_pk_to_url_str(user), default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    words = {"user": user, "password_reset_url": path, "uid": uid, "key": token}
    get_adapter().send_password_reset_mail(user, email, words)  # which leads it to SITE_URL
