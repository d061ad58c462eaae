"""What changes how safe an account is: rights, password, second factor. Each leaves its event.

allauth changes passwords and factors; it calls the adapter for the one, and its table tells of the
other. Events hold ids and words of ours: no password, no seed, no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import EventType, FormerAddress, Project, User
from foundation import mail, request_ids
from foundation.background import background

RIGHTS = ("is_staff", "is_superuser", "groups")
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Say whether a person has an authenticator app or a passkey; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


@dataclass(frozen=True)
class Factors:
    """What a person has beside the password."""

    app: bool
    passkeys: int
    codes_left: int

    @property
    def any(self) -> bool:
        return self.app or self.passkeys > 0


def factors_of(user: User) -> Factors:
    found = list(Authenticator.objects.filter(user=user))
    kinds = [one.type for one in found]
    codes = (one.wrap() for one in found if one.type == Authenticator.Type.RECOVERY_CODES)
    return Factors(
        app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        codes_left=sum(len(one.get_unused_codes()) for one in codes),
    )


def factor_of(user_id: OuterRef) -> Exists:
    """Return the same as an expression, for a list of accounts."""
    return Exists(Authenticator.objects.filter(user=user_id, type__in=FACTORS))


def is_operator(user: User) -> bool:
    return bool(user.is_staff or user.is_superuser)


def state_of(user: User) -> dict[str, Any]:
    """Return what the record keeps of an account's changes, as it is stored."""
    stored = User.objects.get(pk=user.pk)
    return {
        "name": stored.name,
        "is_active": stored.is_active,
        "is_staff": stored.is_staff,
        "is_superuser": stored.is_superuser,
        "groups": sorted(stored.groups.values_list("name", flat=True)),
    }


def record_changes(user: User, before: dict[str, Any], *, at: datetime, by: ChangedBy) -> None:
    """Append an event for each kind of change. Call it inside the transaction of the changes."""
    after = state_of(user)
    rights = {name: after[name] for name in RIGHTS if after[name] != before[name]}
    if rights:
        audit.record_project(EventType.RIGHTS_UPDATE, user.pk, at=at, by=by, **rights)
    if after["is_active"] != before["is_active"]:
        switched = EventType.ACCOUNT_ENABLE if after["is_active"] else EventType.ACCOUNT_DISABLE
        # Its keys stop or start with it: the projects' own record says so too.
        for pk in [user.pk, *Project.objects.owned_by(user).values_list("pk", flat=True)]:
            audit.record_project(switched, pk, at=at, by=by)
    if after["name"] != before["name"]:
        audit.record_project(EventType.ACCOUNT_UPDATE, user.pk, at=at, by=by, changed=["name"])


def record_group(group: Group, what: str, *, at: datetime, by: ChangedBy) -> None:
    """Record a change of a group's rights with the operator who made it, and whom it concerns."""
    operator_id = User.objects.values_list("pk", flat=True).get(pk=by.actor)
    rights = sorted(group.permissions.values_list("codename", flat=True)) if group.pk else []
    audit.record_project(
        EventType.RIGHTS_UPDATE,
        operator_id,
        at=at,
        by=by,
        group=group.name,
        what=what,
        permissions=rights,
    )


def record_password(user: User, request: HttpRequest | None) -> None:
    """Record a changed password, or one that was set by the link of a mail."""
    own = request is not None and getattr(request, "user", None) == user
    event_type = EventType.PASSWORD_CHANGE if own else EventType.PASSWORD_RESET
    audit.record_project(event_type, user.pk, at=timezone.now(), by=_by(user, request))


@transaction.atomic
def address_changed(
    user: User,
    request: HttpRequest | None,
    from_email_address: EmailAddress | None = None,
    **extra: Any,
) -> None:
    """Record that the account has another address, without either; keep which to erase some day."""
    at = timezone.now()
    if from_email_address is not None:
        FormerAddress.objects.create(user=user, email=from_email_address.email.lower(), until=at)
    by = _by(user, request)
    audit.record_project(EventType.ACCOUNT_UPDATE, user.pk, at=at, by=by, changed=["email"])


def factor_saved(instance: Authenticator, created: bool, **extra: Any) -> None:
    if created:
        _factor(instance, EventType.SECOND_FACTOR_ADD)


def factor_deleted(instance: Authenticator, **extra: Any) -> None:
    _factor(instance, EventType.SECOND_FACTOR_REMOVE)


def _factor(factor: Authenticator, event_type: EventType) -> None:
    user: User = factor.user
    added = event_type == EventType.SECOND_FACTOR_ADD
    if factor.type == Authenticator.Type.RECOVERY_CODES and added:
        event_type = EventType.RECOVERY_CODES_CREATE
    request = context.request
    audit.record_project(
        event_type, user.pk, at=timezone.now(), by=_by(user, request), kind=str(factor.type)
    )
    if not is_operator(user):
        return
    # allauth tells the account itself of what is done on its pages.
    told = [settings.OPERATORS_EMAIL, user.email if request is None else ""]
    words = {"operator": user.email, "added": added, "kind": factor.get_type_display()}

    def tell() -> None:
        for address in filter(None, told):
            mail.send("operator_factor", to=address, **words)

    transaction.on_commit(tell if request is None else lambda: background.do(tell))


def _by(user: User, request: HttpRequest | None) -> ChangedBy:
    if request is None:
        return audit.by_command()
    signed_in = getattr(request, "user", None)
    actor = signed_in if signed_in is not None and signed_in.is_authenticated else user
    return ChangedBy(actor=str(actor.pk), request_id=request_ids.of(request.META))
