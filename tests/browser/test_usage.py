"""Usage and the two logs in a browser: however a number is shown, it is the same number."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AuditEvent, Project, User
from apikeys.models import ApiKey
from apikeys.services import delete_key
from apikeys.usage.collector import collector
from tests.browser.conftest import Opened
from tests.browser.people import sign_in
from tests.browser.usage_page import check_page, table
from tests.doors import Api
from tests.makers import BY, give_password, make_key, make_usage, sample

pytestmark = pytest.mark.django_db(transaction=True)
HOURS_AGO = [0, 1, 2, 5, 23, 30, 47, 72, 24 * 8, 24 * 20, 24 * 28]
MANY = 1234  # requests in one hour, which a person reads with a comma


@pytest.fixture
def laptop(project: Project) -> ApiKey:
    """Return a key with a month of usage; its project has another, live one, deleted since."""
    now = timezone.now()
    laptop, _ = make_key(project, "Laptop", rate_limit=5000)
    phone, _ = make_key(project, "Phone", environment="live")
    make_usage(laptop, at=now, hours_ago=HOURS_AGO)
    make_usage(phone, at=now, hours_ago=[hours + 3 for hours in HOURS_AGO])
    whose = {"project_id": project.pk, "key_id": laptop.pk, "secret_id": laptop.current_secret().pk}
    for _ in range(MANY):
        collector.record(sample(now - timedelta(hours=2), **whose))
    collector.flush()
    delete_key(key=phone, at=now, by=BY)
    return laptop


@pytest.fixture(params=["with script", "without script"])
def browsing(request: pytest.FixtureRequest, opened: Opened, owner: User) -> Page:
    """Return the owner's browser, signed in."""
    page = opened(java_script_enabled=request.param == "with script").new_page()
    give_password(owner)
    sign_in(page, owner.email)
    return page


def days(first: int, last: int) -> tuple[str, str]:
    """Return the days from `first` days ago to `last` days ago."""
    today = timezone.now().date()
    return str(today - timedelta(days=first)), str(today - timedelta(days=last))


def between(since: str, until: str) -> str:
    """Return the range as the form sends it."""
    return f"since={since}&until={until}"


class TestUsage:
    def test_chart_tables_files_and_database_agree(
        self, browsing: Page, project: Project, laptop: ApiKey
    ) -> None:
        steps, totals = {}, {}
        for query in ("", "range=24h", "range=30d", between(*days(1, 0)), between(*days(10, 2))):
            browsing.goto(f"/console/projects/{project.pk}/test/usage/?{query}")
            rows = check_page(browsing, environment="test")
            steps[query] = len(rows)
            totals[query] = sum(int(row[1]) for row in rows)
        assert list(steps.values()) == [7, 24, 30, 48, 9]
        assert totals["range=24h"] > MANY
        assert totals["range=24h"] < totals[""] < totals["range=30d"]
        browsing.goto(f"/console/projects/{project.pk}/live/usage/")
        check_page(browsing, environment="live")
        assert [row[0] for row in table(browsing, "keys")] == ["Phone (deleted)"]
        for query in ("", "range=24h", "range=30d", between(*days(10, 2))):
            browsing.goto(f"/console/keys/{laptop.pk}/usage/?{query}")
            check_page(browsing, key=laptop)

    def test_the_address_says_what_is_shown(
        self, browsing: Page, project: Project, laptop: ApiKey
    ) -> None:
        page, path = browsing, f"/console/projects/{project.pk}/live/usage/"
        page.goto(path)
        page.get_by_role("navigation", name="Time range").get_by_role("link", name="30 d").click()
        self.check_range(page, path, "range=30d")
        current = page.locator("nav[aria-label='Time range'] [aria-current]")
        expect(current).to_have_text("30 d")
        page.get_by_role("button", name="Other days").click()
        since, until = days(10, 2)
        page.get_by_label("First day").fill(since)
        page.get_by_label("Last day").fill(until)
        page.get_by_role("button", name="Show these days").click()
        self.check_range(page, path, between(since, until))
        expect(current).to_have_count(0)
        page.get_by_role("navigation", name="Time range").get_by_role("link", name="24 h").click()
        self.check_range(page, path, "range=24h")
        assert "since=2" not in page.url

    @staticmethod
    def check_range(page: Page, path: str, *words: str) -> None:
        """Hold that the address has the words, and shows the same when it is loaded again."""
        assert path in page.url
        assert all(word in page.url for word in words), page.url
        shown = check_page(page, environment="live")
        page.reload()
        assert check_page(page, environment="live") == shown


class TestTheLogs:
    def test_a_request_is_found_by_the_form_and_opens_with_its_event(
        self, browsing: Page, project: Project
    ) -> None:
        page, found = browsing, browsing.locator("main .log > li")
        laptop = Api(make_key(project, "Laptop")[1])
        laptop.post("/memory", "not json", HTTP_X_REQUEST_ID="refused-1")
        laptop.get("/policy", HTTP_X_REQUEST_ID="policy-1")
        phone = Api(make_key(project, "Phone")[1])
        phone.remember()
        phone.get("/policy", HTTP_X_REQUEST_ID="policy-2")
        collector.flush()
        page.goto(f"/console/projects/{project.pk}/test/requests/")
        expect(found).to_have_count(4)
        for label, option, count in (
            ("Key", "Laptop", 2),
            ("Endpoint", "GET /policy", 2),
            ("Answer", "Refused (4xx)", 1),
        ):
            page.locator("summary", has_text="Filter").click()
            page.get_by_label(label, exact=True).select_option(option)
            page.get_by_role("button", name="Show requests").click()
            expect(found).to_have_count(count)
            page.reload()
            expect(found).to_have_count(count)
            page.get_by_role("link", name="remove").click()
            expect(found).to_have_count(4)
        page.locator("summary", has_text="Filter").click()
        page.get_by_label("Request id").fill("policy-")
        page.get_by_label("Key", exact=True).select_option("Phone")
        page.get_by_role("button", name="Show requests").click()
        expect(found).to_have_count(1)
        expect(found.locator("summary")).to_contain_text("policy-2")
        page.get_by_role("link", name="Clear the filter").click()
        page.locator("summary", has_text="Filter").click()
        page.get_by_label("Endpoint").select_option("POST /memory")
        page.get_by_label("Answer").select_option("Served (2xx)")
        page.get_by_role("button", name="Show requests").click()
        found.locator("summary").click()
        expect(found.locator(".trace")).to_contain_text("curl -X POST")
        found.get_by_role("link", name="Open this request").click()
        expect(page.locator("h1")).to_have_text("POST /memory")
        expect(page.locator(".trace")).to_contain_text("stored a memory of user_1")
        page.get_by_role("link", name="Open MEMORY_CREATE in the audit log").click()
        page.locator("dd a", has_text="-").click()
        expect(found).to_have_count(1)

    def test_the_record_is_downloaded_as_it_is_shown(
        self, browsing: Page, project: Project
    ) -> None:
        page, api = browsing, Api(make_key(project)[1])
        for user in ("user_1", "user_2", "user_1"):
            api.remember(user_id=user)
        page.goto(f"/console/projects/{project.pk}/test/audit/")
        page.locator("summary", has_text="Filter").click()
        page.get_by_label("Person").fill("user_1")
        page.get_by_role("button", name="Show events").click()
        shown = page.locator(".timeline > li")
        expect(shown).to_have_count(2)
        stored = AuditEvent.objects.filter(user_id="user_1").order_by("-id")
        ids = [str(event.pk) for event in stored]
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        with download.value.path().open(newline="") as file:
            assert [row["id"] for row in csv.DictReader(file)] == ids
        with page.expect_download() as download:
            page.get_by_role("link", name="JSON").click()
        rows = json.loads(download.value.path().read_text())
        assert [row["id"] for row in rows] == ids
        assert [row["request_id"] for row in rows] == [event.request_id for event in stored]
        assert download.value.suggested_filename.endswith(".json")
