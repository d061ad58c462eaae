"""The page of usage: a denial stands by itself, every number is drawn, tabulated and a file."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Project, User
from apikeys.models import ApiKey
from apikeys.services import delete_key
from apikeys.usage.collector import collector
from apikeys.usage.reports import DENIED
from console import charts, figures, usage
from console.filters import Chip
from console.templatetags import drawing
from tests.doors import Api, signed_in
from tests.makers import BY, make_key, make_usage, read_body

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KINDS = ["Served", "Denied by policy", "Refused", "Limited", "Failed"]
FILES = ("time", "endpoints", "errors", "statuses", "latency", "keys", "denials", "purposes")


@pytest.fixture
def path(project: Project) -> str:
    return f"/console/projects/{project.pk}/test/usage/"


@pytest.fixture
def used(project: Project) -> ApiKey:
    """Return a key with answers of every kind and two denied reads; another was used in live."""
    key, plaintext = make_key(project, "Laptop")
    make_usage(key, at=timezone.now())
    live, _ = make_key(project, "Phone", environment="live")
    make_usage(live, at=timezone.now(), hours_ago=[1])
    for purpose in ("book a table", "hm"):
        Api(plaintext).post("/memory/read", read_body(purpose=purpose))
    collector.flush()
    return key


def file(browser: Client, path: str, name: str, **query: str) -> list[list[str]]:
    answer = browser.get(path, {"csv": name, **query})
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.getvalue().decode())))


def words(browser: Client, path: str, **query: str) -> str:
    answer = browser.get(path, query)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


class TestDenials:
    def test_are_a_category_beside_what_was_refused(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        context = browser.get(path).context
        assert [kind for _, kind, _ in context["legend"]] == KINDS
        denied = context["total"].kinds[DENIED]
        assert denied > 2
        heading, *rows = file(browser, path, "time")
        assert heading == ["Day (UTC)", "Requests", *KINDS]
        assert sum(int(row[3]) for row in rows) == denied
        refused = [row for row in file(browser, path, "errors") if row[0] == "policy_denied"]
        assert sum(int(row[2]) for row in refused) == denied

    def test_stand_in_the_matrix_by_scope_and_class(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        page = browser.get(path)
        cells = {
            (cell.scope, cell.purpose_class): cell.denied
            for _, row in page.context["heat"]
            for cell in row
            if cell.denied
        }
        assert cells == {("preferences", "task_execution"): 1, ("preferences", "unrecognized"): 1}
        assert file(browser, path, "denials")[1:] == [
            ["preferences", "task_execution", "1"],
            ["preferences", "unrecognized", "1"],
        ]
        assert [row[0] for row in file(browser, path, "purposes")[1:]] == ["book a table", "hm"]
        assert "task_<wbr>execution" in page.content.decode()

    def test_of_another_key_or_environment_are_not_counted(
        self, browser: Client, path: str, project: Project, used: ApiKey
    ) -> None:
        other, _ = make_key(project, "Other")
        assert browser.get(path, {"key": str(other.pk)}).context["denials"].total == 0
        assert browser.get(path.replace("/test/", "/live/")).context["denials"].total == 0
        assert browser.get(f"/console/keys/{used.pk}/usage/").context["denials"].total == 2

    def test_each_leads_to_why_and_each_error_to_its_requests(
        self, browser: Client, path: str, project: Project, used: ApiKey
    ) -> None:
        page = browser.get(path).content.decode()
        place = f"/console/projects/{project.pk}/test"
        for link in (
            f"{place}/why/?scope=preferences&amp;purpose=task_execution",
            f"{place}/why/?scope=preferences&amp;purpose=book+a+table",
            f"{place}/requests/?code=policy_denied",
        ):
            assert f'href="{link}"' in page
            assert browser.get(link.replace("&amp;", "&")).status_code == 200


class TestFilter:
    def test_narrows_to_a_key_and_an_endpoint_and_says_so(
        self, browser: Client, path: str, project: Project, used: ApiKey
    ) -> None:
        other, plaintext = make_key(project, "Other")
        Api(plaintext).get("/policy")
        collector.flush()
        page = browser.get(path, {"key": str(other.pk)})
        assert page.context["total"].requests == 1
        assert page.context["chips"] == [Chip("Key", "Other", "")]
        assert "Filtered by" in page.content.decode()
        page = browser.get(path, {"endpoint": "POST /memory/revoke", "range": "30d"})
        assert page.context["chips"] == [Chip("Endpoint", "POST /memory/revoke", "range=30d")]
        (row,) = page.context["tables"]["endpoints"].rows
        assert row.cells[0] == "POST /memory/revoke"

    def test_keeps_the_range_and_the_range_keeps_the_filter(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        query = {"range": "30d", "endpoint": "POST /memory"}
        page = browser.get(path, query).content.decode()
        assert '<input type="hidden" name="range" value="30d">' in page
        assert "?range=24h&amp;endpoint=POST+%2Fmemory" in page

    @pytest.mark.parametrize("query", [{"key": "nobody"}, {"range": "1y"}, {"since": "x"}])
    def test_what_cannot_be_is_explained(
        self, browser: Client, path: str, query: dict[str, str]
    ) -> None:
        answer = browser.get(path, query)
        assert answer.status_code == 400
        assert answer.context["form"].errors

    def test_offers_no_key_of_the_other_environment(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        names = [name for _, name in browser.get(path).context["form"].fields["key"].choices]
        assert names == ["All keys", "Laptop"]


class TestTables:
    @pytest.mark.parametrize("name", FILES)
    def test_each_is_a_file_with_what_the_page_shows(
        self, browser: Client, path: str, used: ApiKey, name: str
    ) -> None:
        table = browser.get(path).context["tables"][name]
        heading, *rows = file(browser, path, name)
        assert rows
        assert len(rows) == len(table.rows)
        assert {len(row) for row in rows} == {len(heading)}
        shown = [[cell.replace(",", "") for _, cell in cells] for _, cells in table.labelled()]
        for row, cells in zip(rows, shown, strict=True):
            by_name = dict(zip(heading, row, strict=True))
            for column, cell in zip(table.on_page(), cells, strict=True):
                assert not column.in_file or by_name[column.name] == cell

    def test_no_other_file_is_there(self, browser: Client, path: str, used: ApiKey) -> None:
        assert browser.get(path, {"csv": "none"}).status_code == 404
        assert browser.get(f"/console/keys/{used.pk}/usage/?csv=keys").status_code == 404

    def test_a_page_has_seven_columns_at_most(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        for table in browser.get(path).context["tables"].values():
            drawn = (table.name == "keys") + bool(table.drawn)
            assert len(table.on_page()) + drawn <= 7, table.name

    def test_a_key_says_how_much_it_used_of_its_hour(
        self, browser: Client, path: str, project: Project, used: ApiKey
    ) -> None:
        delete_key(key=used, at=timezone.now(), by=BY)
        _, plaintext = make_key(project, "Phone 2", rate_limit=1500)
        Api(plaintext).get("/policy")
        collector.flush()
        rows = {row[0]: row[-2:] for row in file(browser, path, "keys")}
        assert rows["Phone 2"] == ["1", "1500"]
        assert rows["Laptop (deleted)"] == ["", ""]
        assert "1 of 1,500" in words(browser, path)

    def test_latency_is_told_by_the_bounds_it_is_counted_in(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        heading, first, *_ = file(browser, path, "latency")
        assert heading == ["Endpoint", "p50", "p95", "p99"]
        assert first[0] == "All"
        assert re.fullmatch(r"under \d+ ms", first[1])


class TestChart:
    def test_every_column_says_its_numbers_to_whoever_cannot_see_it(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        page = browser.get(path)
        for bar in page.context["chart"].bars:
            assert f'aria-label="{bar.words}"' in page.content.decode()
        assert page.context["chart"].bars[-1].name.endswith("so far")
        assert page.content.decode().count('class="part"') == 1

    def test_denied_and_limited_have_a_pattern_beside_their_colour(
        self, browser: Client, path: str, used: ApiKey
    ) -> None:
        page = browser.get(path).content.decode()
        assert 'fill="url(#across)"' in page
        assert 'fill="url(#down)"' in page


class TestNothing:
    def test_says_so_and_what_to_do(self, browser: Client, path: str) -> None:
        said = words(browser, path)
        assert "No requests in this period" in said
        assert "Send a first request" in said
        assert "Look at 90 days" in said
        assert "Look at 90 days" not in words(browser, path, range="90d")

    def test_under_a_filter_it_offers_to_clear_it(
        self, browser: Client, path: str, project: Project
    ) -> None:
        key, _ = make_key(project)
        assert "Clear the filter" in words(browser, path, key=str(key.pk))


def test_a_stranger_finds_neither_page(
    stranger: User, path: str, project: Project, used: ApiKey
) -> None:
    theirs = signed_in(stranger)
    for url in (path, path + "?csv=denials", f"/console/keys/{used.pk}/usage/"):
        assert theirs.get(url).status_code == 404


def test_its_purposes_are_a_few(
    browser: Client, path: str, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "TEXTS", 1)
    for purpose in ("hm", "mh"):
        api.post("/memory/read", read_body(purpose=purpose))
    collector.flush()
    found: list[Any] = browser.get(path).context["texts"]
    assert len(found) == 1


def test_what_is_drawn_in_python_is_escaped() -> None:
    row = figures.Row(("<b>", 1234))
    table = figures.Table("time", "By", (figures.Column("<i>"), figures.Column('"n"')), [row])
    assert drawing.numbers(table) == (
        '<tr><th scope="row">&lt;b&gt;</th>'
        '<td class="num" data-label="&quot;n&quot;">1,234</td></tr>'
    )
    bar = charts.Bar("<b>", "1 request", [("<i>", "1")], [], is_now=False)
    drawn = drawing.columns(charts.Chart([bar], [], []))
    assert "<i>" not in drawn
    assert "<b>&lt;b&gt;: 1 request</b>" in drawn
