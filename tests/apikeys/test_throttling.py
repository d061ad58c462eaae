"""Limits: how much a key and an address may do, and what the answers say of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.limits import LimitRefused
from accounts.models import AuditEvent, Project
from apikeys import services, throttling, tokens
from apikeys.counters import LocalCounters
from apikeys.worth_asking import worth_asking
from tests.doors import Api
from tests.makers import BY, NOW, make_key, memory_body, read_body

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> LocalCounters:
    """Give the test counters and blocked addresses of its own."""
    fresh = LocalCounters()
    monkeypatch.setattr(throttling, "counters", fresh)
    monkeypatch.setattr(throttling, "_blocked", {})
    worth_asking.forget()
    return fresh


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time that the limits see; a test sets it."""
    now = [7200.0]
    monkeypatch.setattr("apikeys.api.time.time", lambda: now[0])
    return now


class TestAKey:
    def test_every_answer_to_it_tells_what_is_left(
        self, api: Api, settings: Settings, clock: list[float]
    ) -> None:
        settings.RATE_LIMIT_HOUR = 10
        answers = [
            api.get("/policy"),
            api.post("/memory", memory_body()),
            api.post("/memory", {}),
            api.post("/memory", b"{"),
            api.post("/memory/read", read_body(purpose="sell it")),
            api.post("/memory/revoke", {"revocation_token": "rev_" + "x" * 43}),
            api.get("/memory/read"),
            api.post("/memory", memory_body(), content_type="text/plain"),
        ]
        told = [[int(answer.headers[name]) for name in HEADERS] for answer in answers]
        assert [answer.status_code for answer in answers] == [
            200, 201, 400, 400, 403, 404, 405, 415,
        ]  # fmt: skip
        assert told == [[10, 10 - number, 10800] for number in range(1, 9)]

    def test_a_key_that_lacks_the_permission_is_counted_too(
        self, project: Project, clock: list[float]
    ) -> None:
        answer = Api(make_key(project, permissions=["audit:read"])[1]).post("/memory/read", {})
        assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (403, "999999")

    def test_so_does_an_answer_to_a_bug(
        self, api: Api, clock: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("memory.services.read", lambda *arguments: 1 / 0)
        answer = api.post("/memory/read", read_body())
        assert (answer.status_code, answer.headers["X-RateLimit-Limit"]) == (500, "1000000")

    def test_nobody_is_told_of_limits(self, nobody: Api) -> None:
        assert not set(HEADERS) & set(nobody.get("/policy").headers)

    def test_over_the_hours_limit_it_hears_when_to_come_back(
        self, api: Api, settings: Settings, clock: list[float]
    ) -> None:
        settings.RATE_LIMIT_HOUR = 3
        clock[0] = 10790.5
        assert [api.get("/policy").status_code for _ in range(3)] == [200] * 3
        refused = api.get("/policy")
        assert refused.status_code == 429
        assert refused.json() == {
            "detail": "Rate limit exceeded. Please try again later.",
            "code": "rate_limited",
            "request_id": refused.headers["X-Request-ID"],
            "doc_url": "http://localhost:8000/docs/errors/#rate_limited",
        }
        assert refused.headers["Retry-After"] == "10"
        assert [refused.headers[name] for name in HEADERS] == ["3", "0", "10800"]
        clock[0] += 10
        assert api.get("/policy").headers["X-RateLimit-Remaining"] == "2"

    def test_over_the_seconds_limit_it_waits_a_second_and_loses_nothing(
        self, api: Api, settings: Settings, clock: list[float]
    ) -> None:
        settings.RATE_LIMIT_HOUR, settings.RATE_LIMIT_SECOND = 10, 2
        assert [api.get("/policy").status_code for _ in range(4)] == [200, 200, 429, 429]
        refused = api.get("/policy")
        assert (refused.headers["Retry-After"], refused.headers["X-RateLimit-Remaining"]) == (
            "1",
            "8",
        )
        clock[0] += 1
        assert api.get("/policy").headers["X-RateLimit-Remaining"] == "7"

    def test_over_both_limits_it_hears_the_longer_wait(
        self, api: Api, settings: Settings, clock: list[float]
    ) -> None:
        settings.RATE_LIMIT_HOUR = settings.RATE_LIMIT_SECOND = 1
        assert api.get("/policy").status_code == 200
        assert api.get("/policy").headers["Retry-After"] == "3600"

    def test_what_is_refused_does_nothing(
        self, api: Api, settings: Settings, clock: list[float]
    ) -> None:
        settings.RATE_LIMIT_HOUR = 1
        api.remember()
        before = AuditEvent.objects.count()
        assert api.post("/memory", memory_body()).status_code == 429
        assert AuditEvent.objects.count() == before

    def test_keys_do_not_share(self, project: Project, settings: Settings) -> None:
        settings.RATE_LIMIT_HOUR = 1
        one, other = (Api(make_key(project, name)[1]) for name in ("One", "Other"))
        assert [door.get("/policy").status_code for door in (one, one, other)] == [200, 429, 200]

    @pytest.mark.parametrize(
        ("of_key", "of_project", "limit"), [(7, 5, 7), (None, 5, 5), (None, None, 1_000_000)]
    )
    def test_its_own_limit_comes_before_its_projects_and_that_before_the_default(
        self, of_key: int | None, of_project: int | None, limit: int, project: Project
    ) -> None:
        project.rate_limit = project.burst_limit = of_project
        project.save()
        key = make_key(project, rate_limit=of_key, burst_limit=of_key)[1]
        answer = Api(key).get("/policy")
        assert answer.headers["X-RateLimit-Limit"] == str(limit)

    def test_a_changed_limit_holds_from_the_next_request_and_is_recorded(
        self, project: Project, clock: list[float]
    ) -> None:
        key, plaintext = make_key(project)
        door = Api(plaintext)
        assert door.get("/policy").status_code == 200
        services.set_limits(key=key, rate_limit=1, burst_limit=None, at=NOW, by=BY)
        assert door.get("/policy").status_code == 429
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert (event.meta["rate_limit"], event.meta["actor"]) == (1, "test")
        with pytest.raises(LimitRefused):
            services.set_limits(key=key, rate_limit=0, burst_limit=None, at=NOW, by=BY)


class TestGuessing:
    @pytest.fixture(autouse=True)
    def limit(self, settings: Settings) -> None:
        settings.RATE_LIMIT_FAILURES = 5

    def guess(self, key: str = "nonsense", **meta: Any) -> int:
        return Client().get("/policy", HTTP_X_API_KEY=key, **meta).status_code

    @pytest.mark.django_db
    @pytest.mark.parametrize("invented", [True, False])
    def test_an_address_may_try_only_so_many_wrong_keys(self, invented: bool) -> None:
        keys = [tokens.new_key("test") if invented else "nonsense" for _ in range(8)]
        assert [self.guess(key) for key in keys] == [401] * 5 + [429] * 3

    @pytest.mark.django_db
    def test_then_the_database_is_not_asked_without_bound_and_it_hears_when_to_come_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def find(text: str, **at: Any) -> None:
            asked.append(text)

        monkeypatch.setattr("apikeys.authentication.find_principal", find)
        answers = [self.guess(tokens.new_key("test")) for _ in range(30)]
        assert answers == [401] * 5 + [429] * 25
        assert len(asked) == 10
        answer = Client().get("/policy", HTTP_X_API_KEY=tokens.new_key("test"))
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(answer.headers["Retry-After"]) <= throttling.FAILURE_WINDOW
        assert "X-RateLimit-Limit" not in answer.headers

    @pytest.mark.parametrize("known", [True, False])
    def test_a_valid_key_is_served_whatever_else_its_address_guesses(
        self, api: Api, known: bool
    ) -> None:
        if known:
            assert api.get("/policy").status_code == 200
        for _ in range(20):
            self.guess()
            self.guess(tokens.new_key("test"))
        assert api.get("/policy").status_code == 200
        assert self.guess() == 429

    def test_reports_and_tokens_are_counted_apart(self, api: Api, settings: Settings) -> None:
        settings.METRICS_TOKEN = "t" * 30
        for _ in range(8):
            Api(None).post("/leaks", {"tokens": ["nothing"]})
            Client().get("/metrics", headers={"Authorization": "Bearer wrong"})
        assert Api(None).post("/leaks", {"tokens": ["nothing"]}).status_code == 429
        assert self.guess() == 401
        assert api.get("/policy").status_code == 200

    @pytest.mark.django_db
    @pytest.mark.parametrize("type_", ["text/plain", "", "application/x-www-form-urlencoded"])
    def test_what_a_foreign_page_can_send_is_no_report(self, type_: str) -> None:
        answers = [
            Api(None).post("/leaks", {"tokens": ["x"]}, content_type=type_).status_code
            for _ in range(8)
        ]
        assert answers == [415] * 8
        assert Api(None).post("/leaks", {"tokens": ["x"]}).status_code == 200

    def test_other_addresses_go_on(self, api: Api) -> None:
        for _ in range(6):
            self.guess(REMOTE_ADDR="10.0.0.1")
        assert self.guess(REMOTE_ADDR="10.0.0.2") == 401
        assert self.guess(REMOTE_ADDR="10.0.0.1") == 429

    @pytest.mark.parametrize("forwarded", ["{}:4711", '"[2001:db8::{}]:80"', "unknown"])
    def test_clients_behind_a_proxy_are_told_apart_by_what_it_writes(
        self, forwarded: str, settings: Settings, api: Api
    ) -> None:
        settings.TRUSTED_PROXY_COUNT = 1
        for number in range(7):
            self.guess(HTTP_X_FORWARDED_FOR=forwarded.format(f"10.{number}.0.1"))
        assert self.guess(HTTP_X_FORWARDED_FOR="10.99.0.1") == 401
        assert api.get("/policy", HTTP_X_FORWARDED_FOR="unknown").status_code == 200

    @pytest.mark.django_db
    def test_it_ends_with_its_window(self) -> None:
        for _ in range(5):
            throttling.count_failure("10.0.0.1", at=59)
        with pytest.raises(throttling.RateLimited) as caught:
            throttling.refuse_guessing("10.0.0.1", at=59.2)
        assert caught.value.retry_after == 1
        throttling.refuse_guessing("10.0.0.1", at=60)

    @pytest.mark.django_db
    def test_a_host_with_many_ipv6_addresses_counts_once(self) -> None:
        answers = [self.guess(REMOTE_ADDR=f"2001:db8:1:2::{number}") for number in range(7)]
        assert answers == [401] * 5 + [429] * 2

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("address", "most"),
        [("2001:db8:1:{:x}::1", 5), ("10.0.0.{}", 20), ("2001:db8:{:x}::", 80)],
    )
    def test_networks_around_it_count_too(self, address: str, most: int) -> None:
        answers = [self.guess(REMOTE_ADDR=address.format(number)) for number in range(most + 3)]
        assert answers == [401] * most + [429] * 3

    @pytest.mark.django_db
    def test_no_key_is_part_of_a_counters_name(self, local: LocalCounters) -> None:
        key = tokens.new_key("test")
        self.guess(key)
        assert {one.name for one in local._counts} == {
            "guesses:127.0.0.1",
            "guesses:127.0.0.0/24",
        }
