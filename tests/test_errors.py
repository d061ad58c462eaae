"""What goes wrong on our side is told without its cause and logged without users' words."""

from __future__ import annotations

import logging
from uuid import UUID

import pytest
from django.db import connection
from django.http import Http404, UnreadablePostError
from django.test import Client
from pytest_django import Settings
from rest_framework.exceptions import NotFound

from accounts.models import AuditEvent
from tests.doors import Api

CANARY = "canary-in-a-coal-mine"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.django_db(transaction=True)
class TestLog:
    def test_a_row_that_breaks_a_rule_is_logged_without_its_values(
        self, api: Api, log: pytest.LogCaptureFixture
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_auditevent RENAME COLUMN user_id TO elsewhere")
        try:
            body = {
                "user_id": CANARY,
                "scope": "preferences",
                "source": "inferred",
                "value_json": {CANARY: CANARY},
            }
            response = api.post("/memory", body)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE accounts_auditevent RENAME COLUMN elsewhere TO user_id")
        assert response.status_code in (500, 503)
        assert CANARY not in log.text
        assert api.key is not None
        assert api.key not in log.text
        assert "sql.py" in log.text  # where it went wrong is there

    def test_an_unforeseen_error_is_logged_by_its_line_and_kind(
        self, api: Api, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def explode(*arguments: object) -> None:
            raise ValueError(CANARY)

        monkeypatch.setattr("memory.services.merge", explode)
        response = api.post("/memory/read", {"user_id": "u", "scope": "schedule", "purpose": "run"})
        assert response.json()["detail"] == "Internal server error"
        assert CANARY not in response.content.decode() + log.text
        assert "builtins.ValueError" in log.text
        assert not AuditEvent.objects.filter(event_type="MEMORY_READ").exists()


@pytest.mark.django_db
class TestWhatHttpSays:
    def test_a_client_that_goes_away_with_its_body_is_no_bug_of_ours(
        self, api: Api, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_off(*arguments: object) -> None:
            raise UnreadablePostError("connection reset by peer")

        monkeypatch.setattr("django.http.HttpRequest.read", break_off)
        response = api.post("/memory", {})
        assert (response.status_code, response.json()["code"]) == (400, "malformed_json")
        assert "internal_error" not in log.text

    @pytest.mark.parametrize("error", [Http404, NotFound])
    def test_a_view_that_finds_nothing_says_so(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
    ) -> None:
        def find_nothing(*arguments: object) -> None:
            raise error

        monkeypatch.setattr("memory.listing.get_memory", find_nothing)
        response = api.get(f"/memory/{UUID(int=7)}")
        assert (response.status_code, response.json()["detail"]) == (404, "Not found")


@pytest.mark.django_db
def test_an_error_leads_to_where_it_is_explained(settings: Settings) -> None:
    settings.SITE_URL = "https://memory.example"
    told = Client().get("/policy", headers={"host": "localhost:9000"}).json()["doc_url"]
    assert told == "https://memory.example/docs/errors/#invalid_api_key"
    page = Client().get(told.removeprefix("https://memory.example")).content.decode()
    assert f'id="{told.partition("#")[2]}"' in page


class TestWithoutADatabase:
    @pytest.fixture
    def away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from django.db import OperationalError

        def nobody_there(*arguments: object) -> None:
            raise OperationalError(f"connection to {CANARY} refused")

        monkeypatch.setattr("foundation.sql.rows", nobody_there)

    @pytest.mark.django_db
    def test_the_database_is_reported_as_away(self, api: Api, away: None) -> None:
        for response in (api.post("/memory", {}), Client().get("/readyz")):
            assert response.status_code == 503
            assert response.json()["code"] == "unavailable"
            assert response.json()["detail"] == "Service temporarily unavailable"
            assert int(response.headers["Retry-After"]) > 0
            assert CANARY not in response.content.decode()

    def test_the_process_lives_all_the_same(self, away: None) -> None:
        assert Client().get("/healthz").json() == {"status": "ok"}


class TestHealth:
    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_a_post_is_the_wrong_method(self, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        assert client.post(path).status_code == 405
