"""A person's sessions in words: which browser, from where, when, and which of them is this one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django import template

from foundation.browsers import UNKNOWN, called

register = template.Library()


@dataclass(frozen=True)
class SessionRow:
    id: int
    browser: str
    said: str  # what an unknown browser called itself; others are told by name
    address: str
    began_at: datetime
    last_seen_at: datetime
    is_this: bool


@register.filter
def in_words(sessions: Iterable[UserSession]) -> list[SessionRow]:
    """Return the sessions as rows, this browser's first, then the last that was used."""
    rows = [_row(session) for session in sessions]
    return sorted(rows, key=lambda row: (row.is_this, row.last_seen_at), reverse=True)


def _row(session: UserSession) -> SessionRow:
    browser = called(session.user_agent)
    return SessionRow(
        id=session.pk,
        browser=browser,
        said=session.user_agent if browser == UNKNOWN else "",
        address=session.ip,
        began_at=session.created_at,
        last_seen_at=session.last_seen_at,
        is_this=session.is_current(),
    )
