"""What the pages about projects say."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Project
from tests.makers import make_key


@pytest.mark.django_db
class TestWords:
    def test_a_new_project(self, browser: Client) -> None:
        page = browser.post("/console/projects/new/", {"name": "Shop"}, follow=True)
        assert "Project “Shop” created." in page.content.decode()

    def test_a_name_that_is_taken(self, browser: Client) -> None:
        page = browser.post("/console/projects/new/", {"name": "Default project"})
        assert "You already have a project named “Default project”." in page.content.decode()

    def test_another_name(self, browser: Client, project: Project) -> None:
        path = reverse("project_settings", args=[project.pk, "live"])
        page = browser.post(path, {"name": "Shop"}, follow=True)
        assert "Renamed to “Shop”." in page.content.decode()

    def test_deleting_says_what_stops(self, browser: Client, project: Project) -> None:
        path = reverse("project_delete", args=[project.pk, "test"])
        assert "API key" not in browser.get(path).content.decode().split("<main")[1]
        make_key(project, "One")
        make_key(project, "Two", environment="live")
        page = browser.get(path).content.decode()
        assert "Requests with its 2 API keys will fail with 401 immediately" in page
        done = browser.post(path, {"typed": project.name}, follow=True).content.decode()
        assert "Project “Default project” deleted." in done
        assert "No projects yet" in done

    def test_the_list_counts_live_keys(self, browser: Client, project: Project) -> None:
        make_key(project)
        page = browser.get("/console/projects/").content.decode()
        assert '<td class="num" data-label="API keys">1</td>' in page
