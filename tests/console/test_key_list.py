"""The list of keys: found, narrowed and sorted by its address, and never by what is secret."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Project
from apikeys import services
from apikeys.models import ApiKey, Secret
from tests.makers import BY, make_key

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<th scope="row">.*?<bdi>(.*?)</bdi>', re.S)


def names(browser: Client, project: Project, place: str = "test", **query: str) -> list[str]:
    """Return the names of the keys in their order."""
    path = f"/console/projects/{project.pk}/{place}/keys/?{urlencode(query)}"
    answer = browser.get(path)
    assert answer.status_code == 200
    return [unescape(name) for name in ROW.findall(answer.content.decode())]


@pytest.fixture
def keys(project: Project) -> dict[str, ApiKey]:
    """Make keys of every kind, the oldest first."""
    at = timezone.now()
    made = {
        "Checkout": make_key(project, "Checkout", at=at - timedelta(days=60)),
        "agent": make_key(
            project, "agent", at=at - timedelta(days=50), permissions=["memory:read"]
        ),
        "Narrow": make_key(project, "Narrow", at=at - timedelta(days=40), scopes=["preferences"]),
        "Soon": make_key(
            project, "Soon", at=at - timedelta(days=30), expires_at=at + timedelta(days=5)
        ),
        "Gone": make_key(project, "Gone", at=at - timedelta(days=20)),
        "Over": make_key(
            project, "Over", at=at - timedelta(days=10), expires_at=at - timedelta(days=1)
        ),
        "Live": make_key(project, "Live", environment="live"),
    }
    found = {name: key for name, (key, _) in made.items()}
    services.delete_key(key=found["Gone"], at=at, by=BY)
    Secret.objects.filter(key=found["Checkout"]).update(last_used_at=at - timedelta(days=1))
    Secret.objects.filter(key=found["Narrow"]).update(last_used_at=at - timedelta(hours=1))
    return found


@pytest.mark.usefixtures("keys")
class TestFilter:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["Soon", "Narrow", "agent", "Checkout"]),
            ({"sort": "name"}, ["agent", "Checkout", "Narrow", "Soon"]),
            ({"sort": "-name"}, ["Soon", "Narrow", "Checkout", "agent"]),
            ({"sort": "created"}, ["Checkout", "agent", "Narrow", "Soon"]),
            ({"sort": "-used"}, ["Narrow", "Checkout", "Soon", "agent"]),
            ({"q": "AGE"}, ["agent"]),
            ({"status": "active"}, ["Narrow", "Checkout"]),
            ({"status": "attention"}, ["Soon"]),
            ({"status": "unused"}, ["Soon", "agent"]),
            ({"status": "ended"}, ["Over", "Gone"]),
            ({"status": "ended", "q": "gon"}, ["Gone"]),
            ({"status": "ended", "access": "read"}, []),
            ({"status": "ended", "access": "full"}, ["Over", "Gone"]),
            ({"access": "read"}, ["agent"]),
            ({"access": "full"}, ["Soon", "Checkout"]),
            ({"access": "custom"}, ["Narrow"]),
            ({"q": "nothing like this"}, []),
        ],
    )
    def test_it_shows_what_is_asked_for(
        self, browser: Client, project: Project, query: dict[str, str], expected: list[str]
    ) -> None:
        assert names(browser, project, **query) == expected

    def test_a_key_is_found_by_its_last_four(
        self, browser: Client, project: Project, keys: dict[str, ApiKey]
    ) -> None:
        four = keys["Checkout"].current_secret().last_four
        assert "Checkout" in names(browser, project, q=four)
        assert "Checkout" in names(browser, project, q=f"••••{four}")

    def test_the_other_environment_has_its_own(self, browser: Client, project: Project) -> None:
        assert names(browser, project, "live") == ["Live"]

    @pytest.mark.parametrize("query", ["status=odd", "access=odd", "sort=odd", "before=abc"])
    def test_what_no_filter_knows_is_an_error(
        self, browser: Client, project: Project, query: str
    ) -> None:
        answer = browser.get(f"/console/projects/{project.pk}/test/keys/?{query}")
        assert answer.status_code == 400
        page = answer.content.decode()
        assert 'role="alert"' in page
        assert "Nothing was saved" not in page

    def test_each_filter_has_a_chip_that_takes_it_away(
        self, browser: Client, project: Project
    ) -> None:
        path = f"/console/projects/{project.pk}/test/keys/"
        query = "?q=agent&status=unused&sort=name"
        page = unescape(browser.get(path + query).content.decode())
        chips = re.findall(r'<a class="chip on" href="([^"]*)"', page)
        assert chips == ["?status=unused&sort=name", "?q=agent&sort=name"]
        page = browser.get(f"{path}?q=zebra").content.decode()
        assert "No key fits this filter" in page


class TestRow:
    READS = ("Open", "Usage", "Requests")
    CHANGES = ("Rename", "What it may do", "Expiry")
    MENU = re.compile(r'id="row-\d+" popover>(.*?)</div>', re.S)

    def test_its_menu_offers_what_can_be_done_with_it(
        self, browser: Client, project: Project, keys: dict[str, ApiKey]
    ) -> None:
        path = f"/console/projects/{project.pk}/test/keys/"
        page = browser.get(path, {"q": "Checkout"}).content.decode()
        (menu,) = self.MENU.findall(page)
        ways = re.findall(r'href="([^"]*)">.*?</svg>(.*?)</a>', menu)
        words = (*self.READS, *self.CHANGES, "Rotate…", "Delete…")
        assert tuple(name for _, name in ways) == words
        assert {browser.get(href, follow=True).status_code for href, _ in ways} == {200}
        assert f'type="checkbox" name="key" value="{keys["Checkout"].pk}"' in page

    @pytest.mark.usefixtures("keys")
    def test_what_has_ended_offers_less(self, browser: Client, project: Project) -> None:
        path = f"/console/projects/{project.pk}/test/keys/?status=ended"
        page = browser.get(path).content.decode()
        over, gone = self.MENU.findall(page)
        names = [re.findall(r"</svg>(.*?)</a>", menu) for menu in (over, gone)]
        assert names == [[*self.READS, *self.CHANGES, "Delete…"], [*self.READS]]
        assert page.count('<tr class="over">') == 1
        assert 'type="checkbox"' not in page

    def test_its_name_is_escaped(self, browser: Client, project: Project) -> None:
        make_key(project, '<b>"{0}" & Co</b>')
        page = browser.get(f"/console/projects/{project.pk}/test/keys/").content.decode()
        escaped = "&lt;b&gt;&quot;{0}&quot; &amp; Co&lt;/b&gt;"
        assert f"<bdi>{escaped}</bdi>" in page
        assert f'aria-label="Actions for {escaped}"' in page
        assert f'aria-label="Choose {escaped}"' in page
        assert "<b>" not in page.partition("<tbody>")[2]


def test_many_deleted_keys_are_paged(browser: Client, project: Project) -> None:
    at = timezone.now()
    for number in range(53):
        key, _ = make_key(project, f"Key {number}")
        services.delete_key(key=key, at=at, by=BY)
    path = f"/console/projects/{project.pk}/test/keys/"
    first = names(browser, project, status="ended")
    assert len(first) == 50
    older = re.search(
        r'href="(\?[^"]*before=[^"]*)"', browser.get(f"{path}?status=ended").content.decode()
    )
    assert older is not None
    rest = ROW.findall(browser.get(path + unescape(older[1])).content.decode())
    assert len({*first, *rest}) == 53


def test_a_list_costs_as_many_queries_whatever_its_length(
    browser: Client, project: Project, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    path = f"/console/projects/{project.pk}/test/keys/"
    counts = []
    for number in (1, 9):
        for one in range(number):
            make_key(project, f"Key {number} {one}")
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
