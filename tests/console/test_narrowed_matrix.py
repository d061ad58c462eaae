"""A project narrows the policy's matrix on a page, cell by cell, and opens again what it closed."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Project, User
from memory.policy.narrowing import OPEN_CELLS
from tests.console.purpose_pages import page, sent
from tests.doors import Api, signed_in
from tests.makers import PASSWORD, make_key, read_body
from tests.memory.registered import close

pytestmark = pytest.mark.django_db
CELL = "preferences:recommendation"
EVERY = [str(cell) for cell in OPEN_CELLS]
BUT_ONE = [cell for cell in EVERY if cell != CELL]


def closed(project: Project) -> list[str]:
    project.refresh_from_db()
    cells: list[str] = project.closed_in_test
    return cells


def ticked(shown: str) -> list[str]:
    return re.findall(r'name="open" value="([\w:]+)" checked', shown)


class TestClosing:
    def test_every_open_cell_has_a_box_and_no_other(
        self, browser: Client, project: Project
    ) -> None:
        shown = page(browser, project, "matrix/")
        assert sorted(re.findall(r'name="open" value="([\w:]+)"', shown)) == sorted(EVERY)
        assert sorted(ticked(shown)) == sorted(EVERY)
        assert "recommendation may read preferences" in shown

    def test_a_cell_without_a_tick_is_closed_and_told(
        self, browser: Client, project: Project
    ) -> None:
        assert sent(browser, project, "matrix/", open=BUT_ONE, seen="").status_code == 302
        assert closed(project) == [CELL]
        shown = page(browser, project, "matrix/")
        assert CELL not in ticked(shown)
        assert '<td data-label="By">you</td>' in shown
        assert "narrowed: 1 of its cells is closed here" in page(browser, project)
        api = Api(make_key(project, "Worker")[1])
        assert api.post("/memory/read", read_body()).json()["reason"] == "PROJECT_NARROWED"
        why = browser.get(
            f"/console/projects/{project.pk}/test/why/?scope=preferences&purpose=recommend"
        ).content.decode()
        assert 'The project left that open. <b class="denied">No</b>' in why
        log = browser.get(f"/console/projects/{project.pk}/test/audit/").content.decode()
        assert "changed what the project closes of the policy" in log

    def test_nothing_else_can_be_opened(self, browser: Client, project: Project) -> None:
        wider = [*EVERY, "preferences:scheduling"]
        assert sent(browser, project, "matrix/", open=wider, seen="").status_code == 400
        assert closed(project) == []

    def test_of_two_tabs_the_second_keeps_its_ticks_and_sees_what_holds(
        self, browser: Client, project: Project
    ) -> None:
        close(project, "schedule:scheduling")
        answer = sent(browser, project, "matrix/", open=BUT_ONE, seen="")
        shown = answer.content.decode()
        assert "changed in test meanwhile. Below is what you ticked" in shown
        assert "now: <code>schedule:scheduling</code>" in shown
        assert sorted(ticked(shown)) == sorted(BUT_ONE)
        assert 'name="seen" value="schedule:scheduling"' in shown
        assert closed(project) == ["schedule:scheduling"]

    def test_only_opening_asks_for_the_password(self, person: User, project: Project) -> None:
        late = signed_in(person, age=301)
        sent(late, project, "matrix/", open=BUT_ONE, seen="")
        assert closed(project) == [CELL]
        answer = sent(late, project, "matrix/", open=EVERY, seen=CELL)
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        assert closed(project) == [CELL]
        late.post(answer.headers["Location"], {"password": PASSWORD})
        assert closed(project) == []

    def test_a_stranger_closes_nothing(self, stranger: User, project: Project) -> None:
        answer = sent(signed_in(stranger), project, "matrix/", open=BUT_ONE, seen="")
        assert answer.status_code == 404
        assert closed(project) == []
