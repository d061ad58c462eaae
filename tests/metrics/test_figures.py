"""The figures at /metrics are what happened, and no client makes up a label."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.models import AuditEvent, Project
from config import metrics
from config.environment import BASE_DIR
from tests.doors import Api, free_port
from tests.makers import make_key, memory_body, read_body
from tests.metrics.figures import TOKEN, ask, by, requests, scrape

WEIRD = "/memory/%2e%2e/%00<script>?user_id=user_1"


@pytest.mark.django_db
@pytest.mark.usefixtures("token")
class TestTheFigures:
    def test_requests_are_those_that_the_client_made(self, api: Api, nobody: Api) -> None:
        before = requests(scrape())
        api.remember()
        api.remember()
        api.read()
        api.post("/memory", {})
        api.get("/memory/read")
        nobody.post("/memory", memory_body())
        nobody.get("/healthz")
        api.get(WEIRD)
        api.get("/metrics/more")
        assert requests(scrape()) - before == {
            ("POST", "/memory", "201"): 2,
            ("POST", "/memory/read", "200"): 1,
            ("POST", "/memory", "400"): 1,
            ("GET", "/memory/read", "405"): 1,
            ("POST", "/memory", "401"): 1,
            ("GET", "/healthz", "200"): 1,
            ("GET", "unmatched", "404"): 2,
            ("GET", "/metrics", "200"): 1,
        }

    def test_pages_for_people_are_one_endpoint(self, project: Project) -> None:
        before = requests(scrape())
        for path in (
            "/",
            "/docs/",
            f"/console/projects/{project.pk}/test/",
            "/no/such",
            "/wp-admin/",
        ):
            Client().get(path)
        Client().get("/static/css/base.css").close()
        assert requests(scrape()) - before == {
            ("GET", "pages", "200"): 2,
            ("GET", "pages", "302"): 1,
            ("GET", "unmatched", "404"): 2,
            ("GET", "static", "200"): 1,
            ("GET", "/metrics", "200"): 1,
        }

    def test_no_client_can_make_up_a_label(self, api: Api) -> None:
        before = scrape()
        for number in range(20):
            api.client.generic(f"BREW{number}", f"/memory/{number}?{number}")
            api.post("/memory/read", read_body(purpose=f"sell it {number}", user_id=str(number)))
        after = scrape()
        assert requests(after) - requests(before) == {
            ("other", "unmatched", "404"): 20,
            ("POST", "/memory/read", "403"): 20,
            ("GET", "/metrics", "200"): 1,
        }

    def test_the_operators_guide_names_every_series_and_no_other(
        self, api: Api, settings: Settings
    ) -> None:
        settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
        api.post("/memory/read", read_body(purpose="sell it"))
        told = {re.sub("_(bucket|count|sum)$", "", name) for name, _ in scrape()}
        guide = (BASE_DIR / "docs" / "operations.md").read_text()
        assert told == set(re.findall(r"^\| `(memory_scope_\w+)` \|", guide, re.MULTILINE))

    def test_a_bug_is_counted(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        before = requests(scrape())
        monkeypatch.setattr("memory.services.read", lambda *arguments: 1 / 0)
        assert api.post("/memory/read", read_body()).status_code == 500
        assert (requests(scrape()) - before)["POST", "/memory/read", "500"] == 1

    def test_denials_are_those_of_the_record(self, api: Api, project: Project) -> None:
        labels = ("scope", "purpose_class", "reason")
        before = by(scrape(), "denials_total", *labels)
        schedule = Api(make_key(project, name="1", scopes=["schedule"])[1])
        writer = Api(make_key(project, name="2", purpose_classes=["content_generation"])[1])
        token = api.read()["revocation_token"]
        api.post("/memory/read", read_body(purpose="sell it"))
        api.post("/memory/read", read_body(purpose="execute task"))
        api.post("/memory/read", read_body(scope="schedule", purpose="sell it"))
        schedule.post("/memory", memory_body())
        schedule.post("/memory/read", read_body())
        writer.post("/memory/read", read_body())
        api.revoke(token)
        api.post("/memory/read/continue", {"revocation_token": token})
        reads = [{"scope": "attention"}, {"scope": "preferences"}, {"scope": "attention"}]
        several = {"user_id": "user_1", "purpose": "recommend books", "reads": reads}
        assert api.post("/memory/read/batch", several).status_code == 200
        told = by(scrape(), "denials_total", *labels) - before
        assert told == {
            ("preferences", "unrecognized", "POLICY_DENIED"): 1,
            ("preferences", "task_execution", "POLICY_DENIED"): 1,
            ("schedule", "unrecognized", "POLICY_DENIED"): 1,
            ("preferences", "", "KEY_SCOPE"): 1,
            ("preferences", "recommendation", "KEY_SCOPE"): 1,
            ("preferences", "recommendation", "KEY_PURPOSE_CLASS"): 1,
            ("preferences", "recommendation", "GRANT_REVOKED"): 1,
            ("attention", "recommendation", "POLICY_DENIED"): 2,
        }
        events = AuditEvent.objects.filter(event_type="POLICY_DENIED")
        recorded = events.values_list("scope", "purpose_class", "reason_code")
        assert told == Counter(tuple(word or "" for word in words) for words in recorded)

    def test_how_long_it_took_is_in_the_bucket_of_its_time(self, rf: RequestFactory) -> None:
        def buckets() -> Counter[tuple[str, ...]]:
            found = by(scrape(), "request_seconds_bucket", "method", "endpoint", "le")
            return Counter({key: count for key, count in found.items() if key[0] == "PUT"})

        before = buckets()
        for seconds in (0.003, 0.015, 9.0):
            metrics.count_request(rf.put("/memory/x"), HttpResponse(status=404), seconds)
        told = {key[2]: count for key, count in (buckets() - before).items()}
        assert told == {
            "0.005": 1, "0.01": 1, "0.02": 2, "0.05": 2, "0.1": 2, "0.2": 2, "0.5": 2, "2.0": 2,
            "+Inf": 3,
        }  # fmt: skip

    def test_nothing_tells_whom_a_request_was_about(self, api: Api, project: Project) -> None:
        api.remember(user_id="user_of_mine")
        api.read(user_id="user_of_mine")
        text = ask().content.decode()
        assert api.key is not None
        for secret in (api.key, TOKEN, str(project.pk), "user_of_mine", "127.0.0.1"):
            assert secret not in text

    def test_a_request_that_cannot_be_counted_is_served(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full(*arguments: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(metrics.REQUESTS, "labels", full)
        assert api.get("/policy").status_code == 200
        assert "A request was not counted: OSError" in caplog.text
