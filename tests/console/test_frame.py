"""The switch between test and live leads from every page to one that is there."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Project
from console.frame import SECTIONS
from console.templatetags.frames import NAVIGATION
from tests.console.key_pages import page_of
from tests.doors import Api, Response
from tests.makers import make_key

pytestmark = pytest.mark.django_db
SWITCH = re.compile(r'<a href="([^"]*)" data-value="(test|live)"')


def switched(browser: Client, page: Response) -> dict[str, str]:
    """Return where the switch of a page leads; each of these pages is there."""
    found = {name: unescape(href) for href, name in SWITCH.findall(page.content.decode())}
    assert found.keys() == {"test", "live"}
    for href in found.values():
        assert browser.get(href, follow=True).status_code == 200, href
    return found


def test_it_leads_to_the_same_page_with_its_filter(browser: Client, project: Project) -> None:
    here = f"/console/projects/{project.pk}"
    page = browser.get(f"{here}/test/usage/?range=30d")
    assert switched(browser, page)["live"] == f"{here}/live/usage/?range=30d"


@pytest.mark.parametrize("environment", ["test", "live"])
def test_each_page_at_the_side_is_there_and_says_that_it_is_this_one(
    browser: Client, project: Project, environment: str
) -> None:
    for _, pages in NAVIGATION:
        for section, name, _ in pages:
            path = reverse(name, args=(project.pk, environment))
            page = browser.get(path).content.decode()
            here = re.findall(r'<a href="([^"]*)" aria-current="page"><svg.*?</svg>(.*?)</a>', page)
            assert here == [(path, SECTIONS[section])]
    assert f'<a href="{reverse("docs")}"><svg' in page


def test_from_one_thing_it_leads_to_the_list_of_such_things(
    browser: Client, project: Project
) -> None:
    key, plaintext = make_key(project)
    memory = Api(plaintext).remember()["id"]
    here = f"/console/projects/{project.pk}"
    assert switched(browser, browser.get(page_of(key)))["live"] == f"{here}/live/keys/"
    page = browser.post(f"{here}/test/keys/delete/", {"key": str(key.pk)})
    assert switched(browser, page)["live"] == f"{here}/live/keys/"
    page = browser.get(f"{here}/test/people/memories/{memory}/delete/?user_id=user_1")
    assert switched(browser, page)["live"] == f"{here}/live/people/"


def test_a_page_of_no_project_stands_where_one_was_last(browser: Client, project: Project) -> None:
    here = f"/console/projects/{project.pk}"
    browser.get(f"{here}/live/keys/")
    page = browser.get("/console/account/")
    assert switched(browser, page) == {"test": f"{here}/test/", "live": f"{here}/live/"}
    assert 'data-value="live" aria-current="true"' in page.content.decode()
