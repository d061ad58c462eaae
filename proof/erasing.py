"""Lets the salts go of what an erasure empties: no digest in a seal tells the words any more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.environments import BOTH, ENVIRONMENTS
from accounts.models import AuditEvent
from proof import sealing
from proof.models import SealedEvent
from proof.sealed.hashes import GROUPS

SALTS = {f"{group}_salt": None for group in GROUPS}
HAS_SALTS = Q(*((f"{salt}__isnull", False) for salt in SALTS), _connector=Q.OR)


def forget_user(subject_id: UUID) -> None:
    """Let the salts go of what callers typed of an end user, behind `erasing.forget_user`.

    Call it in the same transaction, which held off the sealing of the chain before. Events that
    keep something that was typed, such as a caller's request id alone, keep its salt.
    """
    own = Q(request_id="") | Q(server_request_id=None)
    emptied = AuditEvent.objects.filter(
        own, subject_id=subject_id, user_id=None, purpose=None, domain=None
    ).exclude(meta__has_key="reason")
    rows = SealedEvent.objects.filter(subject_id=subject_id, typed_salt__isnull=False)
    rows.filter(event_id__in=emptied.values("pk")).update(typed_salt=None)


def forget_words(app_id: UUID, *, batch: int) -> None:
    """Let all salts go of a project's events, or an account's, behind `erasing.forget_words`."""
    events = AuditEvent.objects.of_project(app_id).order_by("id").values_list("pk", "subject_id")
    rest = events
    while some := list(rest[:batch]):
        ids, subjects = zip(*some, strict=True)
        rows = SealedEvent.objects.filter(pk__in=ids, subject_id__in=set(subjects))
        with transaction.atomic():
            sealing.hold_off((app_id, one) for one in (*ENVIRONMENTS, BOTH))
            rows.filter(HAS_SALTS).update(**SALTS)
        rest = events.filter(id__gt=ids[-1])
