"""What the operators' pages say of keys and of how they are used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, Sum
from django.urls import reverse

from accounts.admin_figures import signed_up
from accounts.models import Project, User
from apikeys.models import ApiKey, KeyDay, UsageHour
from apikeys.models.usage import ALL_ENDPOINTS
from apikeys.usage import periods
from foundation.desk import FIGURES, PANELS, STEPS, Cell, Figure, Panel, Step, ago

DAYS = 30
MOST_KEYS = 100  # of those that a page shows; the list of keys has all
SEES_KEYS = "apikeys.view_apikey"
KEYS = "admin:apikeys_apikey_changelist"


def figures(at: datetime) -> list[Figure]:
    today = periods.midnight(at.date())
    requests = UsageHour.objects.since(today).aggregate(sum=Sum("requests"))["sum"] or 0
    working = ApiKey.objects.usable(at=at).count()
    return [
        Figure("Working keys", working, reverse(KEYS), SEES_KEYS),
        Figure("Requests today (UTC)", requests, "", SEES_KEYS),
    ]


def steps(cohort: str) -> list[Step]:
    with_key = ApiKey.objects.filter(project__owner__in=signed_up(cohort))
    owners = with_key.values("project__owner").distinct().count()
    return [Step(4, "Made a key", owners, "accounts.view_accessrequest")]


def about_account(user: User, at: datetime) -> Panel:
    projects = Project.objects.filter(owner=user)
    return _panel(list(projects.values_list("pk", flat=True)), f"?q={user.email}", at=at)


def about_project(project: Project, at: datetime) -> Panel:
    return _panel([project.pk], "", at=at)


def _panel(projects: Sequence[UUID], query: str, *, at: datetime) -> Panel:
    keys = ApiKey.objects.live().filter(project__in=projects).with_secrets()
    shown = list(keys.select_related("project").order_by("-id")[:MOST_KEYS])
    requests = _requests(projects, at=at)
    used = {key.pk: _last_use(key) for key in shown}
    last = max((moment for moment in used.values() if moment), default=None)
    total, failed = (
        (sum(column) for column in zip(*requests.values(), strict=True)) if requests else (0, 0)
    )
    facts = [
        ("Last use of a key that is there", Cell(ago(last, at=at))),
        (f"Requests of {DAYS} days", Cell(f"{total:,}, {failed:,} of them answered with an error")),
        ("All of them", Cell("the list of keys", reverse(KEYS) + query)),
    ]
    rows = [
        [
            Cell(key.name, reverse("admin:apikeys_apikey_change", args=[key.pk])),
            Cell(key.current_secret().masked),
            Cell(key.project.name),
            Cell(key.state(at=at)),
            Cell(ago(used[key.pk], at=at)),
            Cell(f"{requests.get(key.pk, (0, 0))[0]:,}"),
        ]
        for key in shown
    ]
    columns = ("Key", "Secret", "Project", "State", "Last use", f"Requests of {DAYS} days")
    return Panel("Keys and usage", SEES_KEYS, facts, columns, rows, "It has no key.")


def _requests(projects: Sequence[UUID], *, at: datetime) -> dict[UUID, tuple[int, int]]:
    """Count the requests of each key, also of deleted ones, and those answered with an error."""
    since = periods.midnight(at.date()) - timedelta(days=DAYS - 1)
    hours = UsageHour.objects.since(since).filter(project_id__in=projects)
    days = KeyDay.objects.since(since).filter(project_id__in=projects, endpoint=ALL_ENDPOINTS)
    failed = Sum("requests", filter=Q(status__gte=400), default=0)
    found: dict[UUID, tuple[int, int]] = {}
    for rows, errors in ((hours, failed), (days, Sum(F("requests") - F("served")))):
        sums = rows.values_list("key_id").annotate(sum=Sum("requests"), errors=errors).order_by()
        for key_id, requests, errors_of_key in sums:
            total, failed_before = found.get(key_id, (0, 0))
            found[key_id] = total + requests, failed_before + errors_of_key
    return found


def _last_use(key: ApiKey) -> datetime | None:
    uses = (secret.last_used_at for secret in key.secrets.all())
    return max((moment for moment in uses if moment), default=None)


FIGURES.append(figures)
STEPS.append(steps)
PANELS["account"].append(about_account)
PANELS["project"].append(about_project)
