"""The service's own pages for people: the front page, and errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.models import User
from tests.doors import kill_connection, signed_in

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def _send(client: Client, path: str, token: str, headers: dict[str, str], name: str) -> Any:
    body = {"csrfmiddlewaretoken": token, "name": name, "password": "secret-1"}
    return client.post(path, body, headers=headers)


def _token(page: str) -> str:
    return str(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[-1])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_notice_that_its_connection_has_died() -> None:
    client = signed_in(User.objects.create_superuser("staff@example.com"), second_factor=True)
    kill_connection()
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
class TestPages:
    def test_the_front_page_shows_its_own_address_and_the_policy(self) -> None:
        page = Client().get("/", headers=BROWSER).content.decode()
        assert "http://testserver/memory/read" in page
        assert "notification_<wbr>delivery" in page

    def test_a_browser_gets_a_page_for_what_is_not_there(self) -> None:
        response = Client().get("/nothing", headers=BROWSER)
        assert response.status_code == 404
        assert "There is no such page" in response.content.decode()

    def test_anyone_else_gets_the_error_of_the_api(self) -> None:
        response = Client().get("/nothing")
        assert response.json()["detail"] == "Not found"
        assert response.json()["request_id"] == response.headers["X-Request-ID"]

    def test_a_form_without_its_token_is_refused_with_a_page(self) -> None:
        client = Client(enforce_csrf_checks=True)
        response = client.post("/admin/login/", {"username": "x"}, headers=BROWSER)
        assert response.status_code == 403
        assert "has expired" in response.content.decode()

    def test_what_an_expired_form_held_can_be_sent_again(self, browser: Client) -> None:
        browser.handler.enforce_csrf_checks = True
        body = {"name": "Typed <b>", "password": "secret-1", "csrfmiddlewaretoken": "old"}
        path, origin = "/console/projects/new/", "http://testserver"
        answer = browser.post(path, body, headers={**BROWSER, "Origin": origin})
        page = answer.content.decode()
        assert answer.status_code == 403
        assert 'name="name" value="Typed &lt;b&gt;"' in page
        assert f'action="{path}"' in page
        assert "secret-1" not in page
        assert 'value="old"' not in page
        again = {"name": "Typed", "csrfmiddlewaretoken": _token(page)}
        assert browser.post(path, again, headers={"Origin": origin}).status_code == 302

    @pytest.mark.parametrize("origin", ["https://thief.example", "null", None])
    def test_nothing_of_a_forged_form_can_be_sent_again(
        self, browser: Client, origin: str | None
    ) -> None:
        browser.handler.enforce_csrf_checks = True
        headers = {**BROWSER, "Origin": origin} if origin else BROWSER
        answer = browser.post("/console/projects/new/", {"name": "Forged"}, headers=headers)
        assert answer.status_code == 403
        assert "Forged" not in answer.content.decode()
        assert "<form" not in answer.content.decode()

    def test_a_form_whose_sign_in_has_ended_can_be_sent_again(self, person: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.get("/accounts/login/")
        path, origin = "/console/projects/new/", {**BROWSER, "Origin": "http://testserver"}
        answer = _send(client, path, client.cookies["csrf"].value, origin, name="Typed <b>")
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "no-store" in answer.headers["Cache-Control"]
        assert "You are signed out" in page
        assert 'name="name" value="Typed &lt;b&gt;"' in page
        assert "secret-1" not in page
        client.force_login(person)
        answer = _send(client, path, _token(page), origin, name="Typed")
        assert answer.status_code == 302
        assert person.projects.filter(name="Typed").exists()

    def test_others_are_led_to_the_sign_in_still(self) -> None:
        path = "/console/projects/new/"
        assert Client().get(path, headers=BROWSER).status_code == 302
        assert Client().post(path).status_code == 302

    @pytest.mark.parametrize("path", ["/theme/", "/console/account/reopen/", "/admin/logout/"])
    def test_an_address_for_forms_alone_says_so(self, path: str, owner: User) -> None:
        operator = User.objects.create_superuser("operator@example.com")
        client = signed_in(operator, second_factor=True)
        answer = client.get(path, headers=BROWSER)
        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]
        assert "This address has no page of its own" in answer.content.decode()
        assert client.get(path).content == b""

    def test_who_tries_too_often_keeps_what_they_typed(self, client: Client) -> None:
        for _ in range(30):
            answer = client.post("/accounts/password/reset/", {"email": "x@y.example"})
        assert answer.status_code == 429
        answer = client.post(
            "/accounts/password/reset/",
            {"email": "typed@y.example", "password": "secret-1"},
            headers=BROWSER,
        )
        page = answer.content.decode()
        assert 'name="email" value="typed@y.example"' in page
        assert "secret-1" not in page

    def test_an_unknown_host_is_refused(self) -> None:
        response = Client().get("/", HTTP_HOST="evil.example", headers=BROWSER)
        assert response.status_code == 400

    @pytest.mark.parametrize("error", [OperationalError, RedisConnectionError])
    def test_a_page_says_what_is_away_without_asking_it(
        self, owner: User, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
    ) -> None:
        def fail(*args: object, **more: object) -> None:
            raise error("at 10.0.0.1")

        client = signed_in(owner)
        client.raise_request_exception = False
        monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
        response = client.get("/console/projects/", headers=BROWSER)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert "Back in a moment" in response.content.decode()
        assert "10.0.0.1" not in response.content.decode()

    def test_a_bug_shows_nothing_of_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("config.front_page.render", lambda *args: 1 / 0)
        response = Client(raise_request_exception=False).get("/", headers=BROWSER)
        assert response.status_code == 500
        assert "ZeroDivisionError" not in response.content.decode()
        assert response.headers["X-Request-ID"]

    def test_security_headers_are_on_pages_and_on_the_api(self) -> None:
        for path in ("/", "/healthz", "/memory"):
            headers = Client().get(path).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "same-origin"

    def test_the_api_sets_no_cookie(self, owner: User) -> None:
        client = Client()
        client.force_login(owner)
        assert not client.post("/memory", content_type="application/json").cookies

    @override_settings(SECURE_SSL_REDIRECT=True)
    def test_health_checks_need_no_tls(self) -> None:
        assert Client().get("/healthz").status_code == 200
        assert Client().get("/").status_code == 301
