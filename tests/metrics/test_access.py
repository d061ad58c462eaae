"""Who may look at /metrics: nobody, unless operators set a token; then it costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client
from pytest_django import Settings

from apikeys import throttling
from apikeys.counters import LocalCounters
from config import metrics
from config.environment import BASE_DIR
from tests.doors import Api
from tests.makers import read_body
from tests.metrics.figures import TOKEN, ask, figures, requests, scrape

SHAPE = {"detail", "code", "request_id", "doc_url"}


class TestWithoutAToken:
    @pytest.mark.django_db
    def test_there_is_no_such_path_and_nothing_is_counted(
        self, api: Api, settings: Settings
    ) -> None:
        before = figures(metrics.exposition().decode())
        for answer in (ask(None), ask(""), ask(TOKEN)):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert set(answer.json()) == SHAPE
        api.remember()
        assert api.post("/memory/read", read_body(purpose="sell it")).status_code == 403
        assert figures(metrics.exposition().decode()) == before

    def test_what_it_needs_is_not_even_loaded(self) -> None:
        code = (
            "import django, sys; django.setup(); from django.test import Client; "
            "print(Client().get('/healthz').status_code, Client().get('/metrics').status_code, "
            "'prometheus_client' in sys.modules)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code],
            cwd=BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.split() == ["200", "404", "False"]


@pytest.mark.django_db
@pytest.mark.usefixtures("token")
class TestWhoMayLook:
    @pytest.fixture(autouse=True)
    def own_guesses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttling, "counters", LocalCounters())
        monkeypatch.setattr(throttling, "_blocked", {})

    @pytest.mark.parametrize(
        "authorization",
        [None, "", TOKEN, "Bearer", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}!", "Bearer é",
         f"Basic {TOKEN}", f"Bearer  {TOKEN}"],
    )  # fmt: skip
    def test_nobody_looks_without_the_token(self, authorization: str | None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = Client().get("/metrics", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json() == {
            "detail": "Invalid token",
            "code": "invalid_token",
            "request_id": answer.headers["X-Request-ID"],
            "doc_url": "http://localhost:8000/docs/errors/#invalid_token",
        }

    def test_no_api_key_opens_it(self, api: Api) -> None:
        assert api.get("/metrics").status_code == 401
        assert ask(api.key).status_code == 401

    def test_whoever_guesses_too_often_is_sent_away(self, settings: Settings) -> None:
        settings.RATE_LIMIT_FAILURES = 3
        assert [ask(None).status_code for _ in range(5)] == [401] * 5, "no token is no guess"
        assert [ask("wrong").status_code for _ in range(3)] == [401] * 3
        for answer in (ask("wrong"), ask(TOKEN)):
            assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
            assert int(answer.headers["Retry-After"]) > 0
        assert Api("sk_test_wrong").get("/policy").status_code == 401, "keys are counted apart"
        assert ask(TOKEN, REMOTE_ADDR="192.0.2.7").status_code == 200

    def test_whoever_has_it_gets_text_that_no_cache_keeps(self) -> None:
        answer = ask(HTTP_X_REQUEST_ID="my-scrape")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Request-ID"] == "my-scrape"
        assert ask(HTTP_AUTHORIZATION=f"bearer {TOKEN}").status_code == 200

    def test_a_head_has_the_same_headers_and_a_post_is_the_wrong_method(self) -> None:
        before = requests(scrape())
        headers = {"Authorization": f"Bearer {TOKEN}"}
        head = Client().head("/metrics", headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        post = Client(enforce_csrf_checks=True).post("/metrics", headers=headers)
        assert post.status_code == 405
        assert requests(scrape()) - before == {
            ("GET", "/metrics", "200"): 1,  # the scrape before, counted once it was answered
            ("HEAD", "/metrics", "200"): 1,
            ("POST", "/metrics", "405"): 1,
        }

    def test_a_scrape_from_inside_needs_no_tls(self, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT = True
        assert ask().status_code == 200
        assert Client().get("/policy").status_code == 301
