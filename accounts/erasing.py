"""Empties a closed account, and what a deleted project left in the record, of what was typed.

What stays is listed in docs/operations.md, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.sql.compiler import SQLCompiler

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import (
    AccessRequest,
    AuditEvent,
    EventType,
    Invitation,
    Note,
    PasswordReset,
    Project,
    User,
)

BATCH = 1000
# In an event's `meta`: names and addresses, what a purpose was registered as, and why an owner
# looked at an end user's memories.
WORDS = ("address", "name", "new_name", "purpose_id", "purposes", "sentence", "reason")
ABOUT_THE_USER = ("reason",)


# In an event's columns: what callers typed. Its own id of the service stays beside the caller's.
EMPTIED: dict[str, Any] = {
    "user_id": None,
    "purpose": None,
    "domain": None,
    "request_id": Case(When(server_request_id=None, then=F("request_id")), default=Value("")),
}


HAS_WORDS = (
    Q(user_id__isnull=False)
    | Q(purpose__isnull=False)
    | Q(domain__isnull=False)
    | (Q(server_request_id__isnull=False) & ~Q(request_id=""))
    | Q(meta__has_any_keys=WORDS)
)


class WithoutWords(models.Func):
    """An event's `meta` as it is, but for these WORDS: the record lets nothing else of it go."""

    output_field = models.JSONField()

    def __init__(self, *expressions: Any, words: Iterable[str] = WORDS, **extra: Any) -> None:
        super().__init__(*expressions, **extra)
        self.words = tuple(words)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        names = ", ".join(f"'{name}'" for name in self.words)
        template = f"(%(expressions)s - ARRAY[{names}])"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        names = ", ".join(f"'$.{name}'" for name in self.words)
        template = f"json_remove(%(expressions)s, {names})"
        return self.as_sql(compiler, connection, template=template)


def forget_words(app_id: UUID, *, batch: int = BATCH) -> None:
    """Empty the events of a project, or of an account itself, of what people typed.

    The service's own request id stays beside the caller's, and so do all facts: what happened,
    when, by which key, under which scope and class, and why it was refused. What is empty already
    is left as it is, so that the next run goes on where one stopped.
    """
    events = AuditEvent.objects.filter(HAS_WORDS, app_id=app_id).order_by("id")
    rest = events
    while some := list(rest.values_list("pk", "subject_id")[:batch]):
        ids, subjects = zip(*some, strict=True)
        these = AuditEvent.objects.filter(pk__in=ids, subject_id__in=set(subjects))
        these.update(**EMPTIED, meta=WithoutWords("meta"))
        rest = events.filter(id__gt=ids[-1])


def forget_user(subject_id: UUID, *, batch: int) -> int:
    """Empty the events of one end user of what callers typed, so many in a statement.

    Return how many. Of what the project's people typed, the reasons for which they looked go too:
    the rest is not about the end user.
    """
    typed = told_of(subject_id).values("pk")[:batch]
    words = {**EMPTIED, "meta": WithoutWords("meta", words=ABOUT_THE_USER)}
    emptied = 0
    rows = AuditEvent.objects.filter(subject_id=subject_id)
    while some := rows.filter(pk__in=typed).update(**words):
        emptied += some
    return emptied


def told_of(subject_id: UUID) -> QuerySet[AuditEvent]:
    """Return the events of one end user that hold what callers typed."""
    typed = Q(user_id__isnull=False) | Q(purpose__isnull=False) | Q(domain__isnull=False)
    return AuditEvent.objects.filter(typed, subject_id=subject_id)


def forget_history(ids: Iterable[UUID]) -> None:
    """Empty the admin's own history of what these were called."""
    LogEntry.objects.filter(object_id__in=[str(one) for one in ids]).update(object_repr="")


def forget_notes(ids: Iterable[UUID]) -> None:
    """Delete what operators wrote about these accounts and projects."""
    these = list(ids)
    Note.objects.filter(Q(account__in=these) | Q(project__in=these)).delete()


@transaction.atomic
def erase_account(*, user: User, at: datetime, by: ChangedBy) -> None:
    """Empty a closed account of what is personal. Its id stays: the record speaks of it.

    Its projects are erased before, by whoever knows what they hold. Of two runs at once, one does
    it.
    """
    if not User.objects.filter(pk=user.pk, erased_at=None).update(erased_at=at):
        return
    projects = list(Project.objects.filter(owner=user).values_list("pk", flat=True))
    for app_id in (user.pk, *projects):
        forget_words(app_id)
    forget_history([user.pk, *projects])
    forget_notes([user.pk, *projects])
    _forget_the_beta(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    UserSession.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    user.former_addresses.all().delete()
    user.email = f"{user.pk}@erased.invalid"
    user.name = user.cohort = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.erased_at = at
    user.set_unusable_password()
    user.save()
    audit.record_project(EventType.ACCOUNT_ERASE, user.pk, at=at, by=by)


def _forget_the_beta(user: User) -> None:
    """Remove what was asked for, and who was invited, under each address that the account had."""
    theirs = _under_their_addresses(user, since="created_at")
    invitations = Invitation.objects.filter(theirs | Q(used_by=user))
    requests = AccessRequest.objects.filter(theirs | Q(invitation__used_by=user))
    for rows in (requests, invitations):
        ids = list(rows.values_list("pk", flat=True))
        forget_history(ids)
        rows.model._default_manager.filter(pk__in=ids).delete()
    PasswordReset.objects.filter(_under_their_addresses(user, since="asked_at")).delete()


def _under_their_addresses(user: User, *, since: str) -> Q:
    """Find rows by an address of the account: a former one may be another's by now."""
    found = Q(email=user.email)
    for former in user.former_addresses.all():
        found |= Q(email=former.email, **{f"{since}__lte": former.until})
    return found
