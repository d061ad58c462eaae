"""The audit page says when the record was sealed, and hands its latest seals out."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Project, User
from proof.models import Seal
from tests.doors import signed_in
from tests.proof.records import sealed

pytestmark = pytest.mark.django_db


def page_of(project: Project, environment: str = "test") -> str:
    return f"/console/projects/{project.pk}/{environment}/audit/"


def test_the_page_says_when_and_leads_to_the_seals(browser: Client, project: Project) -> None:
    sealed(project, count=3)
    text = browser.get(page_of(project)).content.decode()
    assert "3 events so far" in re.sub(r"<[^>]+>", "", text)
    assert f'href="{page_of(project)}seals/"' in text
    answer = browser.get(f"{page_of(project)}seals/")
    assert f"seals-test-{timezone.now():%Y-%m-%d}.jws" in answer["Content-Disposition"]
    tokens = {seal.token for seal in Seal.objects.filter(app_id=project.pk)}
    assert set(b"".join(answer).decode().split()) == tokens


def test_before_the_first_seal_it_says_nothing(browser: Client, project: Project) -> None:
    assert "Sealed" not in browser.get(page_of(project)).content.decode()
    assert browser.get(f"{page_of(project)}seals/").status_code == 404


def test_a_stranger_gets_no_seal(project: Project, stranger: User) -> None:
    sealed(project, count=1)
    assert signed_in(stranger).get(f"{page_of(project)}seals/").status_code == 404
