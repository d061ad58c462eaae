"""What the operators' pages say of keys and of how they are used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse

from accounts.admin_figures import signed_up
from accounts.models import Project, User
from apikeys.models import ApiKey, UsageHour
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
    rows = UsageHour.objects.since(since).filter(project_id__in=projects)
    found: dict[UUID, tuple[int, int]] = {}
    sums = rows.order_by().values_list("key_id", "status").annotate(sum=Sum("requests"))
    for key_id, status, requests in sums:
        total, failed = found.get(key_id, (0, 0))
        found[key_id] = total + requests, failed + (requests if status >= 400 else 0)
    return found


def _last_use(key: ApiKey) -> datetime | None:
    uses = (secret.last_used_at for secret in key.secrets.all())
    return max((moment for moment in uses if moment), default=None)


FIGURES.append(figures)
STEPS.append(steps)
PANELS["account"].append(about_account)
PANELS["project"].append(about_project)
