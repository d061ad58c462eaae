"""Addresses of pages from before an environment stood in them lead to where the pages are."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("", "test/"),
        ("?environment=live", "live/"),
        ("?environment=prod", "test/"),
        ("usage/?range=30d&environment=live", "live/usage/?range=30d"),
        ("keys/", "test/keys/"),
    ],
)
def test_an_old_address_leads_to_the_page(
    browser: Client, project: Project, before: str, now: str
) -> None:
    answer = browser.get(f"/console/projects/{project.pk}/{before}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/console/projects/{project.pk}/{now}"
    assert browser.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("path", ["nowhere/", "test/nowhere/", "keys", "//example.com/"])
def test_an_address_that_never_was_is_not_found(
    browser: Client, project: Project, path: str
) -> None:
    assert browser.get(f"/console/projects/{project.pk}/{path}").status_code == 404
