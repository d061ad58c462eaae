"""Empties a closed account of what is personal, in its own rows and in the record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import AccessRequest, AuditEvent, EventType, Invitation, Project, User


class WithoutAddress(models.Func):
    """An event's `meta` as it is, but for its `address`: the record lets nothing else of it go."""

    output_field = models.JSONField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="(%(expressions)s - 'address')")

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        template = "json_remove(%(expressions)s, '$.address')"
        return self.as_sql(compiler, connection, template=template)


@transaction.atomic
def erase_account(*, user: User, at: datetime, by: ChangedBy) -> None:
    """Empty a closed account of what is personal. Its id stays: the record speaks of it.

    Its projects are erased before, by whoever knows what they hold. Of two runs at once, one does
    it.
    """
    if not User.objects.filter(pk=user.pk, erased_at=None).update(erased_at=at):
        return
    _forget_addresses(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    UserSession.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    AccessRequest.objects.filter(email=user.email).delete()
    Invitation.objects.filter(email=user.email).delete()
    user.email = f"{user.pk}@erased.invalid"
    user.name = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.erased_at = at
    user.set_unusable_password()
    user.save()
    audit.record_project(EventType.ACCOUNT_ERASE, user.pk, at=at, by=by)


def _forget_addresses(user: User) -> None:
    """Empty the record of the addresses from which the person made changes."""
    projects = Project.objects.filter(owner=user).values_list("pk", flat=True)
    AuditEvent.objects.filter(
        app_id__in=[user.pk, *projects], meta__has_key="address", meta__actor=str(user.pk)
    ).update(meta=WithoutAddress("meta"))
