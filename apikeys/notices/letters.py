"""Writes the mail that a notice becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.services import closed_for
from apikeys.models import ApiKey, Kind, Notice
from apikeys.notices import recipients
from foundation import mail


def send(notices: Sequence[Notice], *, at: datetime) -> int:
    """Mail what these notices of one kind tell, if somebody is to hear it. Return 1, or 0."""
    first = notices[0]
    if first.account_id is not None:
        tell = _about_choices if first.kind == Kind.MAIL_CHOICES else _about_closing
        return tell(first, first.account_id)
    return _about_key(notices, first.key_id, at=at) if first.key_id is not None else 0


def _about_key(notices: Sequence[Notice], key_id: UUID, *, at: datetime) -> int:
    kind = Kind(notices[0].kind)
    key = ApiKey.objects.filter(pk=key_id).select_related("project__owner").first()
    if key is None or not recipients.wants(kind, key, at=at):
        return 0
    mail.send(
        f"key_{kind}",
        to=key.project.owner.email,
        key=key,
        masked=key.current_secret().masked,
        details=notices[0].details,
        news=[notice.details for notice in notices],
        link=settings.SITE_URL + reverse("key", args=[key.pk]),
        choose=settings.SITE_URL + reverse("mail_choices"),
        contact=settings.CONTACT_ADDRESS,
    )
    return 1


def _about_choices(notice: Notice, account_id: UUID) -> int:
    user = User.objects.filter(pk=account_id).first()
    if user is None or not recipients.is_there(user):
        return 0
    mail.send(
        "mail_choices",
        to=user.email,
        details=notice.details,
        choose=settings.SITE_URL + reverse("mail_choices"),
        change=settings.SITE_URL + reverse("account_change_password"),
    )
    return 1


def _about_closing(notice: Notice, account_id: UUID) -> int:
    user = User.objects.filter(pk=account_id).first()
    if user is None or user.closed_at is None or not recipients.hears_of_closing(user, notice):
        return 0
    mail.send(
        "account_closed",
        to=user.email,
        until=user.closed_at + closed_for(),
        link=settings.SITE_URL + reverse("account_login"),
    )
    return 1
