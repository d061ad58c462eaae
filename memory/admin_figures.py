"""What the operators' pages say of what is stored: how much, and never what."""

from __future__ import annotations

from datetime import datetime

from accounts.admin_figures import signed_up
from accounts.environments import ENVIRONMENTS
from accounts.models import Project
from foundation.desk import PANELS, STEPS, Cell, Panel, Step
from memory import tallies
from memory.models import Tally


def steps(cohort: str) -> list[Step]:
    """Count whose projects have ever stored a memory: its count stays when the memory goes."""
    stored = Tally.objects.filter(kind="memories").values("project_id")
    theirs = Project.objects.filter(pk__in=stored, owner__in=signed_up(cohort))
    owners = theirs.values("owner").distinct().count()
    return [Step(5, "Stored a memory", owners, "accounts.view_accessrequest")]


def about_project(project: Project, at: datetime) -> Panel:
    """Say how much it keeps in each environment, and how much it may."""
    most = project.ceilings()
    rows = []
    for environment in ENVIRONMENTS:
        used = tallies.used(project.pk, environment, at=at)
        kept = [f"{used[kind]:,} of {getattr(most, kind):,}" for kind in used]
        rows.append([Cell(environment), *map(Cell, kept)])
    columns = ("Environment", "Live memories", "Open grants", "Idempotency-Keys")
    return Panel("What it keeps", "memory.view_memory", (), columns, rows)


STEPS.append(steps)
PANELS["project"].append(about_project)
