"""The request log is narrowed by its address, and its errors are grouped."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Project
from apikeys.models import ApiKey, LoggedRequest
from apikeys.usage.collector import collector
from console import error_groups, walks
from console.advice import ADVICE
from foundation.identifiers import new_id
from tests.console.logged import log, rows, text
from tests.doors import Api
from tests.makers import make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(project: Project) -> str:
    return f"/console/projects/{project.pk}/test/requests/"


@pytest.fixture
def key(project: Project) -> ApiKey:
    return make_key(project, name="Checkout API")[0]


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

    def test_every_endpoint_of_the_api_is_offered(
        self, browser: Client, url: str, project: Project
    ) -> None:
        api = Api(make_key(project)[1])
        api.remember()
        api.get("/usage")
        api.delete(f"/memory/{new_id()}")
        collector.flush()
        for logged in LoggedRequest.objects.all():
            assert rows(browser.get(url, {"endpoint": logged.endpoint})) == [logged]
        offered = dict(browser.get(url).context["form"].fields["endpoint"].choices)
        assert offered["DELETE /memory/<uuid:memory_id>"] == "DELETE /memory/{memory_id}"
        assert len(offered) > 10

    def test_a_time(self, browser: Client, url: str, key: ApiKey) -> None:
        now = timezone.now().replace(second=0, microsecond=0)
        early, late = (log(key, at=now - timedelta(minutes=minutes)) for minutes in (50, 10))
        since = f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%M}"
        assert rows(browser.get(url, {"since": since})) == [late]
        assert rows(browser.get(url, {"until": since})) == [early]
        chip = browser.get(url, {"since": since}).context["form"].chips()[0]
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
