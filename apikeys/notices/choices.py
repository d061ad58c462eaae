"""Lets people choose their mails, and tells them by mail that somebody did."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import EventType, User
from apikeys.events import told
from apikeys.models import Kind
from apikeys.notices import outbox
from apikeys.notices.recipients import CHOICES


def chosen_by(user: User) -> list[str]:
    """Return when the person is mailed, of what can be chosen, in words."""
    return [about for kind, about in CHOICES.items() if getattr(user, f"mail_{kind}")]


@transaction.atomic
def choose(*, user: User, choices: dict[str, bool], at: datetime, by: ChangedBy) -> None:
    """Set which kinds of notices the person is mailed, by `mail_<kind>`; nothing changed: no event.

    It is mailed, and that mail cannot be switched off: whoever silences an account would silence
    it too.
    """
    same_row = User.objects.select_for_update(no_key=True).filter(pk=user.pk)
    before = same_row.values(*(f"mail_{kind}" for kind in CHOICES)).get()
    changed = {name: choices[name] for name in before if choices[name] != before[name]}
    if not changed:
        return
    same_row.update(**changed)
    audit.record_project(EventType.ACCOUNT_UPDATE, user.pk, at=at, by=by, **changed)
    words = {f"mail_{kind}": about for kind, about in CHOICES.items()}
    outbox.tell(
        kind=Kind.MAIL_CHOICES,
        account_id=user.pk,
        about=at.isoformat(),
        at=at,
        details={
            "on": [words[name] for name, chosen in changed.items() if chosen],
            "off": [words[name] for name, chosen in changed.items() if not chosen],
            **told(by, owner_id=user.pk, at=at),
        },
        by=by,
    )
