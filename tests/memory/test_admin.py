"""What the operators see of registered purposes, and that they change none here."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Project
from memory.models import Purpose
from tests.memory.registered import register, take


def test_a_purpose_is_shown(desk: Client, project: Project) -> None:
    purpose = register(project)
    assert "gift_finder" in desk.get("/admin/memory/purpose/").content.decode()
    page = desk.get(f"/admin/memory/purpose/{purpose.pk}/change/").content.decode()
    assert purpose.sentence in page
    assert "approved" in page


def test_it_is_found_by_its_project(desk: Client, project: Project) -> None:
    register(project)
    found = desk.get("/admin/memory/purpose/", {"q": str(project.pk)}).content.decode()
    assert "gift_finder" in found


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_none_is_added_or_deleted(desk: Client, project: Project, page: str) -> None:
    purpose = register(project)
    url = f"/admin/memory/purpose/{page.format(pk=purpose.pk)}"
    assert desk.post(url, {"post": "yes"}).status_code == 403
    assert Purpose.objects.count() == 1


def test_none_is_changed(desk: Client, project: Project) -> None:
    purpose = register(project)
    url = f"/admin/memory/purpose/{purpose.pk}/change/"
    assert desk.post(url, {"state": "retired", "sentence": "Other."}).status_code == 403
    purpose.refresh_from_db()
    assert purpose.state == "approved"


def test_a_project_shows_what_it_takes(desk: Client, project: Project) -> None:
    take(project, "declared")
    page = desk.get(f"/admin/accounts/project/{project.pk}/change/").content.decode()
    assert "declared" in page
