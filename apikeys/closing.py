"""Closes an account and tells its owner by mail: both, or neither."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import services
from accounts.audit import ChangedBy
from accounts.models import User
from apikeys.models import Kind
from apikeys.notices import outbox


@transaction.atomic
def close_account(*, user: User, at: datetime, by: ChangedBy) -> None:
    """Stop all keys of the account with the next request; erase its data after a delay.

    Raises AlreadyGone.
    """
    services.close_account(user=user, at=at, by=by)
    outbox.tell(kind=Kind.ACCOUNT_CLOSED, account_id=user.pk, about=at.isoformat(), at=at)
