"""The request log: what was asked and answered, why it was denied, and what to do about it."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Project, User
from apikeys.models import ApiKey, LoggedRequest
from apikeys.usage.collector import collector
from console import error_groups, walks
from console.advice import ADVICE
from foundation.identifiers import new_id
from tests.doors import Api, Response, signed_in
from tests.makers import make_key, read_body, sample

pytestmark = pytest.mark.django_db

LONG = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
NAMES = [LONG, "متجر الكتب", "図書館の鍵", "🔑 keys", "<b>bold</b>"]


@pytest.fixture
def url(project: Project) -> str:
    return f"/console/projects/{project.pk}/test/requests/"


@pytest.fixture
def key(project: Project) -> ApiKey:
    return make_key(project, name="Checkout API")[0]


def log(key: ApiKey, **fields: Any) -> LoggedRequest:
    """Store one request of a key; return it."""
    told = sample(
        fields.pop("at", timezone.now()),
        **{
            "project_id": key.project_id,
            "environment": key.environment,
            "key_id": key.pk,
            "secret_id": key.current_secret().pk,
            "server_request_id": new_id(),
            **fields,
        },
    )
    collector.record(told)
    collector.flush()
    return LoggedRequest.objects.order_by("-id")[0]


def text(answer: Response) -> str:
    return answer.content.decode()


def rows(answer: Response) -> list[LoggedRequest]:
    assert answer.status_code == 200, answer.context["form"].errors
    found: list[LoggedRequest] = answer.context["page"].rows
    return found


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
        assert "<bdi>recommend a bar</bdi></q> in 2 reads" in text(browser.get(url))

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


class TestFilter:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "2xx"}, [200, 201]),
            ({"status": "errors"}, [403, 429, 503]),
            ({"status": "4xx"}, [403, 429]),
            ({"status": "5xx"}, [503]),
            ({"status": "429"}, [429]),
            ({"status": "404"}, []),
            ({"code": "policy_denied"}, [403]),
            ({"endpoint": "POST /memory"}, [201]),
            ({"code": "policy_denied", "status": "5xx"}, []),
        ],
    )
    def test_it_finds(
        self, browser: Client, url: str, key: ApiKey, query: dict[str, str], found: list[int]
    ) -> None:
        log(key, endpoint="POST /memory", status=201)
        for status, code in (
            (200, ""), (403, "policy_denied"), (429, "rate_limited"), (503, "unavailable"),
        ):  # fmt: skip
            log(key, endpoint="POST /memory/read", status=status, code=code)
        assert sorted(row.status for row in rows(browser.get(url, query))) == found

    def test_a_time(self, browser: Client, url: str, key: ApiKey) -> None:
        now = timezone.now().replace(second=0, microsecond=0)
        early, late = (log(key, at=now - timedelta(minutes=minutes)) for minutes in (50, 10))
        since = f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%M}"
        assert rows(browser.get(url, {"since": since})) == [late]
        assert rows(browser.get(url, {"until": since})) == [early]
        chip = next(browser.get(url, {"since": since}).context["form"].chips())
        assert chip.value.endswith(" UTC")

    @pytest.mark.parametrize(
        "query",
        [
            {"since": "yesterday"},
            {"since": "2026-11-28T10:00", "until": "2026-11-28T09:00"},
            {"until": "0001-01-01T00:00"},
            {"since": "9999-12-31T23:59-12:00"},
            {"key": "nobody"},
            {"status": "nice"},
            {"endpoint": "GET /nowhere"},
            {"request_id": "x" * 65},
            {"before": "abc"},
        ],
    )
    def test_what_cannot_be_is_explained_at_its_field(
        self, browser: Client, url: str, query: dict[str, str]
    ) -> None:
        answer = browser.get(url, query)
        assert answer.status_code == 400
        assert answer.context["form"].errors
        assert "Nothing was saved" not in text(answer)
        for errors in answer.context["form"].errors.values():
            assert errors[0]

    def test_a_chip_takes_away_what_it_says(self, browser: Client, url: str, key: ApiKey) -> None:
        log(key)
        answer = browser.get(url, {"key": str(key.pk), "status": "2xx", "before": str(new_id())})
        chips = {chip.label: chip for chip in answer.context["form"].chips()}
        assert {label: chip.value for label, chip in chips.items()} == {
            "Key": "Checkout API",
            "Answer": "Served (2xx)",
        }
        assert chips["Key"].query == "status=2xx"
        assert "<details open>" in text(answer)
        assert "<details open>" not in text(browser.get(url))

    def test_nothing_that_fits_leads_back(self, browser: Client, url: str, key: ApiKey) -> None:
        log(key)
        assert "No request fits this filter" in text(browser.get(url, {"status": "5xx"}))

    def test_a_page_says_how_far_it_looked(
        self, browser: Client, url: str, key: ApiKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(walks, "MOST", 2)
        for _ in range(5):
            log(key)
        answer = browser.get(url, {"status": "2xx", "endpoint": "POST /memory"})
        assert "Looked back to" in text(answer)
        assert "Look further back" in text(answer)

    def test_a_request_is_found_by_its_own_id_however_old(
        self, browser: Client, url: str, key: ApiKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(walks, "MOST", 2)
        old = log(key)
        LoggedRequest.objects.filter(pk=old.pk).delete()
        hours = 3 * 3_600_000 << 80  # as ids have them
        assert old.server_request_id is not None
        old.id = UUID(int=old.id.int - hours)
        old.server_request_id = UUID(int=old.server_request_id.int - hours)
        old.save(force_insert=True)
        for _ in range(5):
            log(key)
        assert rows(browser.get(url, {"request_id": str(old.server_request_id)})) == [old]


class TestGroups:
    def test_errors_are_counted_by_code_and_endpoint(
        self, browser: Client, url: str, project: Project, key: ApiKey
    ) -> None:
        other, _ = make_key(project, name="Worker")
        for who, count in ((key, 1), (other, 2)):
            for _ in range(count):
                log(who, endpoint="POST /memory/read", status=403, code="policy_denied")
        log(key, status=503, code="unavailable")
        log(key)
        answer = browser.get(url, {"group": "errors"})
        told = [
            (g.code, g.count, [name for _, name in keys]) for g, keys in answer.context["groups"]
        ]
        assert told == [
            ("policy_denied", 3, ["Worker", "Checkout API"]),
            ("unavailable", 1, ["Checkout API"]),
        ]
        html = text(answer)
        assert ADVICE["policy_denied"] in html
        assert "code=policy_denied&amp;endpoint=POST+%2Fmemory%2Fread" in html.replace("%20", "+")

    def test_the_filter_holds_for_groups(self, browser: Client, url: str, key: ApiKey) -> None:
        log(key, status=503, code="unavailable")
        log(key, status=429, code="rate_limited")
        answer = browser.get(url, {"group": "errors", "status": "5xx"})
        assert [group.code for group, _ in answer.context["groups"]] == ["unavailable"]

    def test_it_says_when_not_all_are_counted(
        self, browser: Client, url: str, key: ApiKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(error_groups, "MOST", 2)
        for _ in range(3):
            log(key, status=503, code="unavailable")
        answer = browser.get(url, {"group": "errors"})
        assert answer.context["errors"].count == 2
        assert "Only the newest 2 errors are counted" in text(answer)

    def test_none(self, browser: Client, url: str, key: ApiKey) -> None:
        log(key)
        assert "No errors found" in text(browser.get(url, {"group": "errors"}))


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
