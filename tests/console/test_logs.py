"""The request log: what was asked and answered, why it was denied, and what to do about it."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Project, User
from apikeys.models import ApiKey, LoggedRequest
from apikeys.usage.collector import collector
from console.advice import ADVICE
from tests.console.logged import log, rows, text
from tests.doors import Api, signed_in
from tests.makers import make_key, read_body

pytestmark = pytest.mark.django_db

LONG = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
NAMES = [LONG, "متجر الكتب", "図書館の鍵", "🔑 keys", "<b>bold</b>"]


@pytest.fixture
def url(project: Project) -> str:
    return f"/console/projects/{project.pk}/test/requests/"


@pytest.fixture
def key(project: Project) -> ApiKey:
    return make_key(project, name="Checkout API")[0]


class TestRows:
    def test_a_row_says_all_of_a_request(self, browser: Client, url: str, key: ApiKey) -> None:
        log(key, endpoint="POST /memory", status=201, microseconds=12_345)
        page = text(browser.get(url))
        for words in ("POST /memory", "201 Served", "Checkout API", "12 ms", "curl", "127.0.0.1"):
            assert words in page

    @pytest.mark.parametrize("name", NAMES)
    def test_a_name_is_isolated(
        self, browser: Client, url: str, project: Project, name: str
    ) -> None:
        log(make_key(project, name=name)[0])
        page = text(browser.get(url))
        assert f"<bdi>{name}</bdi>".replace("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;") in page

    def test_a_purpose_stands_in_the_row(self, browser: Client, url: str, project: Project) -> None:
        api = Api(make_key(project)[1])
        api.read()
        collector.flush()
        assert '<q class="said"><bdi>recommend restaurants</bdi></q>' in text(browser.get(url))

    def test_a_batch_says_how_many_reads_it_was(
        self, browser: Client, url: str, project: Project
    ) -> None:
        places = [{"scope": "preferences", "domain": domain} for domain in ("food", "music")]
        body = {"user_id": "user_1", "purpose": "recommend a bar", "reads": places}
        assert Api(make_key(project)[1]).post("/memory/read/batch", body).status_code == 200
        collector.flush()
        assert '2 reads: <q class="said"><bdi>recommend a bar</bdi></q>' in text(browser.get(url))

    def test_of_a_batch_it_tells_a_few_reads_what_was_denied_first(
        self, browser: Client, url: str, project: Project
    ) -> None:
        places = [{"scope": "preferences", "domain": domain} for domain in "abcd"]
        places.append({"scope": "schedule", "domain": "denied"})
        body = {"user_id": "user_1", "purpose": "recommend a bar", "reads": places}
        assert Api(make_key(project)[1]).post("/memory/read/batch", body).status_code == 200
        collector.flush()
        log = text(browser.get(url))
        assert "5 reads: <q" in log
        shown = [one for one in ("denied", *"abcd") if f"(<bdi>{one}</bdi>)" in log]
        assert shown == ["denied", "a", "b"]
        logged = LoggedRequest.objects.get()
        for what in ("decisions", "events"):
            assert f'<a href="{url}{logged.pk}/">All 5 {what}</a>' in log
        whole = text(browser.get(f"{url}{logged.pk}/"))
        assert all(f"(<bdi>{domain}</bdi>)" in whole for domain in ("denied", *"abcd"))
        assert "All 5" not in whole

    def test_the_other_environment_stays_out(
        self, browser: Client, url: str, project: Project
    ) -> None:
        live, _ = make_key(project, name="Live one", environment="live")
        logged = log(live)
        assert rows(browser.get(url)) == []
        assert browser.get(f"{url}{logged.pk}/").status_code == 404
        assert rows(browser.get(url.replace("/test/", "/live/"))) == [logged]
        assert "No request in test yet" in text(browser.get(url))

    def test_questions_do_not_rise_with_rows(
        self, browser: Client, url: str, project: Project
    ) -> None:
        api = Api(make_key(project)[1])
        counts = []
        browser.get(url)
        for _ in range(2):
            for _ in range(3):
                api.read()
            collector.flush()
            with CaptureQueriesContext(connection) as queries:
                browser.get(url)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestTrace:
    def test_a_denial_says_why(self, browser: Client, url: str, project: Project) -> None:
        api = Api(make_key(project)[1])
        assert api.post("/memory/read", read_body(purpose="order lunch")).status_code == 403
        collector.flush()
        logged = LoggedRequest.objects.get()
        for page in (url, f"{url}{logged.pk}/"):
            html = text(browser.get(page))
            assert "403 Denied" in html
            assert '<b class="denied">Denied</b>' in html
            assert "The policy does not let" in html
            assert "POLICY_DENIED" in html
            assert ADVICE["policy_denied"] in html
            assert "/docs/errors/#policy_denied" in html

    def test_an_error_without_a_decision_comes_with_advice(
        self, browser: Client, url: str, project: Project
    ) -> None:
        Api(make_key(project)[1]).post("/memory", "not json")
        collector.flush()
        html = text(browser.get(f"{url}{LoggedRequest.objects.get().pk}/"))
        assert ADVICE["malformed_json"] in html
        assert "refused before anything was decided" in html

    def test_a_store_needed_no_decision(self, browser: Client, url: str, project: Project) -> None:
        Api(make_key(project)[1]).remember()
        collector.flush()
        page = text(browser.get(url))
        assert "None: this request needed no decision." in page
        assert "MEMORY_CREATE" in page

    def test_what_a_caller_said_of_itself_is_escaped(
        self, browser: Client, url: str, key: ApiKey
    ) -> None:
        logged = log(key, user_agent='<img src="x">{0}{agent}', address='"><i>')
        for page in (text(browser.get(url)), text(browser.get(f"{url}{logged.pk}/"))):
            assert "<bdi>&lt;img src=&quot;x&quot;&gt;{0}{agent}</bdi>" in page
            assert "&quot;&gt;&lt;i&gt;" in page
            assert "<img src=" not in page.partition("What became of it")[2]

    def test_it_leads_to_its_events(self, browser: Client, url: str, project: Project) -> None:
        Api(make_key(project)[1]).remember()
        collector.flush()
        page = browser.get(f"{url}{LoggedRequest.objects.get().pk}/")
        (told,) = page.context["trace"].told
        assert told.event.event_type == "MEMORY_CREATE"
        assert f'href="{told.href}"' in text(page)
        assert browser.get(told.href).status_code == 200

    def test_the_line_that_repeats_it_holds_no_key(
        self, browser: Client, url: str, project: Project
    ) -> None:
        plaintext = make_key(project)[1]
        Api(plaintext).remember()
        collector.flush()
        page = browser.get(f"{url}{LoggedRequest.objects.get().pk}/")
        curl = page.context["trace"].curl
        assert "curl -X POST 'http://testserver/memory'" in curl
        assert "$MEMORY_SCOPE_API_KEY" in curl
        assert "@body.json" in curl
        assert plaintext not in text(page)

    def test_a_get_has_no_body(self, browser: Client, url: str, key: ApiKey) -> None:
        logged = log(key, endpoint="GET /policy", status=200)
        assert "body.json" not in browser.get(f"{url}{logged.pk}/").context["trace"].curl

    @pytest.mark.parametrize("server_id", [True, False])
    def test_old_rows_are_tied_by_the_callers_id(
        self, browser: Client, url: str, project: Project, server_id: bool
    ) -> None:
        Api(make_key(project)[1]).remember()
        collector.flush()
        if not server_id:
            LoggedRequest.objects.update(server_request_id=None)
        logged = LoggedRequest.objects.get()
        found = len(browser.get(f"{url}{logged.pk}/").context["trace"].told)
        assert found == (1 if server_id else 0)

    def test_a_strangers_row_is_not_found(
        self, stranger: User, owner: User, url: str, key: ApiKey
    ) -> None:
        page = f"{url}{log(key).pk}/"
        assert signed_in(owner).get(page).status_code == 200
        assert signed_in(stranger).get(page).status_code == 404
        assert signed_in(stranger).get(url).status_code == 404


class TestExport:
    def test_it_holds_what_the_filter_finds(
        self, browser: Client, url: str, key: ApiKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.paging.CHUNK", 2)
        for status in (200, 403, 403, 403):
            log(key, status=status, user_agent="=cmd|' /C calc'!A0")
        answer = browser.get(url, {"status": "4xx", "format": "csv"})
        found = list(csv.DictReader(StringIO(answer.getvalue().decode())))
        assert [row["status"] for row in found] == ["403"] * 3
        assert {row["milliseconds"] for row in found} == {"1.5"}
        assert found[0]["user_agent"].startswith("'=")
        assert "requests-test-" in answer.headers["Content-Disposition"]

    def test_there_is_no_other_format(self, browser: Client, url: str) -> None:
        assert browser.get(url, {"format": "xml"}).status_code == 404


class TestLive:
    def test_it_refreshes_when_wanted(self, browser: Client, url: str, key: ApiKey) -> None:
        log(key)
        assert "data-refresh" not in text(browser.get(url))
        live = text(browser.get(url, {"live": "1"}))
        assert 'data-refresh="5"' in live
        assert "Refresh</a>" in live
