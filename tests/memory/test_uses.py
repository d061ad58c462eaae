"""How often a purpose was read for, before somebody retires it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Project
from memory import uses
from memory.uses import Uses
from tests.doors import Api
from tests.makers import make_key, make_project, read_body
from tests.memory.registered import register, retire

pytestmark = pytest.mark.django_db


def counted(project: Project, purpose_id: str = "gift_finder", *, days: int = 30) -> Uses:
    at = timezone.now()
    return uses.uses(
        project_id=project.pk, purpose_id=purpose_id, since=at - timedelta(days=days), at=at
    )


def read(project: Project, *purposes: str, environment: str = "test") -> None:
    api = Api(make_key(project, environment, environment=environment)[1])
    for purpose in purposes:
        api.post("/memory/read", read_body(purpose=purpose))


def test_reads_in_both_environments_count_however_the_purpose_was_spelled(
    project: Project,
) -> None:
    register(project)
    register(project, purpose_id="dinner")
    read(project, "gift_finder", "Gift Finder", "dinner", "recommend gifts")
    read(project, "gift finder", environment="live")
    assert counted(project) == Uses(3, is_all=True)
    assert counted(project, "dinner") == Uses(1, is_all=True)
    assert counted(project, "nothing") == Uses(0, is_all=True)


def test_refusals_older_reads_and_those_of_other_projects_do_not_count(project: Project) -> None:
    retire(project, register(project))
    read(project, "gift_finder")
    other = make_project(project.owner)
    register(other)
    read(other, "gift_finder")
    assert counted(project).reads == 0
    assert counted(other).reads == 1
    assert counted(other, days=0).reads == 0


def test_so_many_events_are_looked_at_and_no_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "MOST_EVENTS", 2)
    register(project)
    read(project, *["gift_finder"] * 3)
    assert counted(project) == Uses(2, is_all=False)
