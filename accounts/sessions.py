"""A session changes its id whenever it gains rights, and does not last for ever."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from accounts.allauth_internals import STATE_SESSION_KEY


def renew_session(*, request: HttpRequest, **extra: Any) -> None:
    """Draw a new id after a re-authentication: somebody may have seen the one allauth keeps."""
    if extra.get("reauthenticated"):
        request.session.cycle_key()


def forget_unconfirmed(request: HttpRequest) -> None:
    """Forget a form that waits for the password, before there is another question.

    allauth would send it with the next password that is typed on the way to the same page, though
    whoever sent it thought better of it, and now looks at that page alone.
    """
    request.session.pop(STATE_SESSION_KEY, None)


BEGAN, SEEN = "session_began", "session_seen"  # seconds, in the session
NOTED = 20  # times in the idle time that a session in use is written


def begin_session(*, request: HttpRequest, **extra: Any) -> None:
    """Note when somebody signed in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def is_over(session: SessionBase) -> bool:
    """Say whether a session was idle for too long, or is too old; note now and then that it is not.

    One from before there were such notes begins with its next request.
    """
    now = int(time.time())
    began, seen = session.setdefault(BEGAN, now), session.setdefault(SEEN, now)
    idle = settings.SESSION_IDLE_HOURS * 3600
    if now - seen >= idle or now - began >= settings.SESSION_DAYS * 24 * 3600:
        return True
    if now - seen >= idle // NOTED:
        session[SEEN] = now
    return False


RECORDED_EVERY = timedelta(minutes=1)  # which is as close as the list of sessions tells a time
LONGEST_AGENT = UserSession._meta.get_field("user_agent").max_length


def is_recorded(request: HttpRequest) -> bool:
    """Say whether the list of sessions has this one as it is, seen a moment ago.

    Then no page needs to write that it was seen again.
    """
    seen = UserSession.objects.filter(
        session_key=request.session.session_key,
        user=request.user.pk,
        ip=get_adapter().get_client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT],
        last_seen_at__gt=timezone.now() - RECORDED_EVERY,
    )
    return bool(seen.exists())
