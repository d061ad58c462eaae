"""Forgets what is kept of how a project's keys were used, and from where."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from accounts.erasing import forget_history
from apikeys.models import (
    ApiKey,
    Flag,
    KeyAddress,
    KeyHour,
    KeyWord,
    LoggedRequest,
    Notice,
    Secret,
)
from foundation import request_ids


def forget_project(project_id: UUID, *, batch: int) -> None:
    """Remove the project's request log, addresses, notices and what its keys' use was like.

    So many rows a transaction.

    Keys stay, without their names and notes, the purposes that they were for, and where they were
    used from last: the record speaks of them.
    So do totals of usage, which hold no person, for USAGE_DAYS. Stopped half-way, the next run goes
    on.
    """
    keys = ApiKey.objects.filter(project_id=project_id)
    _remove(LoggedRequest.objects.filter(project_id=project_id), batch)
    _remove(KeyAddress.objects.filter(key_id__in=keys.values("pk")), batch)
    for model in (Notice, KeyHour, KeyWord, Flag):
        _remove(model._default_manager.filter(key_id__in=keys.values("pk")), batch)
    used = ~Q(last_address="") | ~Q(last_user_agent="")
    Secret.objects.filter(used, key__in=keys).update(last_address="", last_user_agent="")
    forget_history(keys.values_list("pk", flat=True))
    keys.update(name=Cast("pk", CharField()), notes="")
    keys.exclude(purposes=None).update(purposes=[])


def forget_request_ids(project_id: UUID, environment: str, *, word: str) -> None:
    """Empty the request log of callers' own request ids that hold this word.

    The service's id of each request stays beside it.
    """
    pattern = request_ids.holding(word)
    if pattern is not None:
        logged = LoggedRequest.objects.filter(project_id=project_id, environment=environment)
        logged.filter(request_id__regex=pattern).update(request_id="")


def forget_account(account_id: UUID) -> None:
    """Remove the notices about the account itself."""
    Notice.objects.filter(account_id=account_id).delete()


def _remove(rows: QuerySet[Any], batch: int) -> None:
    while ids := list(rows.values_list("pk", flat=True)[:batch]):
        rows.model._default_manager.filter(pk__in=ids).delete()
