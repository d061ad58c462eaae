"""What the operators' first page and their pages of accounts say of people and projects."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.admin.utils import quote
from django.db.models import QuerySet
from django.urls import reverse

from accounts import security
from accounts.admin_queue import RequestState
from accounts.models import AccessRequest, Invitation, Project, User
from foundation.desk import FIGURES, PANELS, STEPS, Cell, Figure, Panel, Step, ago, when


def page(what: str, pk: UUID) -> str:
    """Return the address of a row's page in the admin: `what` is its model."""
    return reverse(f"admin:{what}_change", args=[quote(pk)])


def list_of(what: str, query: str = "") -> str:
    return reverse(f"admin:{what}_changelist") + query


def figures(at: datetime) -> list[Figure]:
    waiting = AccessRequest.objects.filter(**RequestState.words["waiting"])
    active = User.objects.filter(is_active=True, closed_at=None)
    return [
        Figure(
            "Waiting for an answer",
            waiting.count(),
            list_of("accounts_accessrequest"),
            "accounts.view_accessrequest",
        ),
        Figure(
            "Invited, not signed up",
            Invitation.objects.open().count(),
            list_of("accounts_invitation", "?state=open"),
            "accounts.view_invitation",
        ),
        Figure(
            "Active accounts",
            active.count(),
            list_of("accounts_user", "?is_active__exact=1"),
            "accounts.view_user",
        ),
    ]


def steps(cohort: str) -> list[Step]:
    asked = AccessRequest.objects.filter(had_account=False)
    invited = Invitation.objects.all()
    if cohort:
        asked = asked.filter(cohort=cohort)
        invited = invited.filter(requests__cohort=cohort)
    permission = "accounts.view_accessrequest"
    return [
        Step(1, "Asked for access", asked.count(), permission),
        Step(2, "Were invited", invited.values("email").distinct().count(), permission),
        Step(3, "Signed up", signed_up(cohort).count(), permission),
    ]


def signed_up(cohort: str) -> QuerySet[User]:
    """Return the accounts that came of an invitation; with a cohort, those in it."""
    found = User.objects.filter(invitation__isnull=False)
    return found.filter(cohort=cohort) if cohort else found


def about_account(user: User, at: datetime) -> Panel:
    """Say how the account came here, how safe it is, and which projects it has."""
    invitation = Invitation.objects.filter(used_by=user).select_related("invited_by").first()
    asked = AccessRequest.objects.filter(invitation__used_by=user).first()
    facts = [
        ("Standing", Cell(standing(user))),
        ("Second factor", Cell("yes" if security.has_second_factor(user) else "no")),
        ("Last sign-in", Cell(ago(user.last_login, at=at))),
        ("Came by", _invitation(invitation)),
        ("Asked for access", _asked(asked)),
        ("Record of the account", Cell("events", list_of("accounts_auditevent", f"?q={user.pk}"))),
    ]
    rows = [
        [
            Cell(project.name, page("accounts_project", project.pk)),
            Cell(project_standing(project)),
            Cell(when(project.created_at)),
        ]
        for project in Project.objects.filter(owner=user).order_by("id")
    ]
    return Panel(
        "About this account",
        "accounts.view_user",
        facts,
        ("Project", "Standing", "Made"),
        rows,
        "It has no project.",
    )


def about_project(project: Project, at: datetime) -> Panel:
    owner = project.owner
    facts = [
        ("Standing", Cell(project_standing(project))),
        ("Owner", Cell(owner.email, page("accounts_user", owner.pk))),
        ("The owner's account", Cell(standing(owner))),
        ("Its record", Cell("events", list_of("accounts_auditevent", f"?q={project.pk}"))),
    ]
    return Panel("About this project", "accounts.view_project", facts)


def standing(user: User) -> str:
    if user.erased_at:
        return f"erased on {when(user.erased_at)}"
    if user.closed_at:
        return f"closed by its owner on {when(user.closed_at)}: its keys have stopped"
    return "active" if user.is_active else "switched off: its keys have stopped"


def project_standing(project: Project) -> str:
    if project.erased_at:
        return f"erased on {when(project.erased_at)}"
    if project.deleted_at:
        return f"deleted by its owner on {when(project.deleted_at)}"
    if project.disabled_at:
        return f"switched off on {when(project.disabled_at)}: its keys have stopped"
    return "on"


def _invitation(invitation: Invitation | None) -> Cell:
    if invitation is None:
        return Cell("no invitation: an operator or a command made the account")
    by = f", by {invitation.invited_by.email}" if invitation.invited_by else ""
    text = f"an invitation of {when(invitation.sent_at)}{by}"
    return Cell(text, page("accounts_invitation", invitation.pk))


def _asked(asked: AccessRequest | None) -> Cell:
    if asked is None:
        return Cell("no")
    return Cell(f"on {when(asked.created_at)}", page("accounts_accessrequest", asked.pk))


FIGURES.append(figures)
STEPS.append(steps)
PANELS["account"].append(about_account)
PANELS["project"].append(about_project)
