"""The page on which a project narrows the policy's matrix, and opens again what it closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.audit import who
from accounts.environments import BOTH
from accounts.models import AuditEvent, EventType, Project
from accounts.services import ProjectFailure
from console import owned
from console.owned import SignedIn, reauthenticated
from console.purpose_forms import CLASS_WORDS, MatrixForm
from memory import narrowing
from memory.registrations import PurposeChanged, RegistryFailure

MOST_LOOKED_AT = 200  # changes of the project, among which the page looks for those of the matrix
MOST = 10  # that it lists


@dataclass(frozen=True)
class Change:
    """What was closed since a change of the matrix; nothing where all was opened again."""

    event_id: UUID
    at: datetime
    who: str
    closed: list[str]


@never_cache
@require_http_methods(["GET", "POST"])
def purposes_matrix(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Show the matrix with a box in each open cell; a cell without a tick is closed.

    Whoever opens one again is asked for the password.
    """
    project = owned.project(request, project_id, environment)
    form = MatrixForm(request.POST or None, closed=_closed(project, environment))
    if form.is_valid():
        widens = not set(form.unticked()) >= set(form.seen_closed())
        return (_open if widens else _save)(request, project, environment, form)
    return _page(request, project, environment, form)


def _save(request: SignedIn, project: Project, environment: str, form: MatrixForm) -> HttpResponse:
    try:
        narrowing.close_cells(
            project=project,
            environment=environment,
            closed=form.unticked(),
            seen=form.seen_closed(),
            at=timezone.now(),
            by=owned.changed_by(request),
        )
    except PurposeChanged as failure:
        project.refresh_from_db()
        form.show_again(_closed(project, environment))
        form.add_error(None, f"{failure} Below is what you ticked; nothing was changed now.")
        return _page(request, project, environment, form, now=_closed(project, environment))
    except (RegistryFailure, ProjectFailure) as failure:
        messages.error(request, f"{failure} Nothing was changed now.")
    else:
        messages.success(request, f"The matrix holds in {environment} from the next request on.")
    return redirect("purposes_matrix", project.pk, environment)


_open = reauthenticated(_save)


def _page(
    request: SignedIn,
    project: Project,
    environment: str,
    form: MatrixForm,
    *,
    now: list[str] | None = None,
) -> HttpResponse:
    context = {
        "project": project,
        "environment": environment,
        "section": "purposes",
        "form": form,
        "rows": form.rows(),
        "classes": CLASS_WORDS,
        "now": now,
        "changes": list(_changes(project, environment, owner_id=request.user.pk))[:MOST],
    }
    status = 400 if form.errors and now is None else 200
    return render(request, "console/purposes_matrix.html", context, status=status)


def _closed(project: Project, environment: str) -> list[str]:
    closed: list[str] = getattr(project, narrowing.closed_column(environment))
    return closed


def _changes(project: Project, environment: str, *, owner_id: UUID) -> Iterator[Change]:
    """Return what was changed of the matrix in an environment, the newest first."""
    column = narrowing.closed_column(environment)
    of_both = AuditEvent.objects.of_project(project.pk).filter(
        environment__gte=BOTH, environment__lte=BOTH, event_type=EventType.PROJECT_UPDATE
    )
    for event in of_both.order_by("-environment", "-id")[:MOST_LOOKED_AT]:
        if column in event.meta:
            by = who(str(event.meta.get("actor", "")), owner_id=owner_id)
            yield Change(event.pk, event.created_at, by, event.meta[column])
