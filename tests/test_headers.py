"""The security headers of every kind of answer."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from accounts.models import User
from tests.doors import Api, Response

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HTML = {"Accept": "text/html"}


def check(response: Response, *, referrer: str = "same-origin") -> None:
    policy = response.headers["Content-Security-Policy"].split(";")
    assert {directive.strip() for directive in policy} == POLICY
    expected = {**ALWAYS, "Referrer-Policy": referrer}
    assert {name: response.headers.get(name) for name in ALWAYS} == expected
    assert response.headers["X-Request-ID"]


@pytest.mark.django_db
class TestHeaders:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/", 200),
            ("/nothing", 404),
            ("/admin/", 302),
            ("/admin/login/", 302),
            ("/healthz", 200),
            ("/policy", 406),
            ("/static/css/base.css", 200),
        ],
    )
    def test_an_answer_has_them(self, path: str, status: int) -> None:
        response = Client().get(path, headers=HTML)
        assert response.status_code == status
        check(response)
        response.close()

    def test_a_page_for_a_bug_has_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("config.front_page.ASKED", None)
        response = Client(raise_request_exception=False).get("/", headers=HTML)
        assert response.status_code == 500
        check(response)

    def test_the_operators_pages_have_them(self) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("staff@example.com"))
        for page in ("/admin/", "/admin/accounts/user/", "/admin/apikeys/apikey/"):
            check(client.get(page))

    def test_the_api_has_them_and_is_kept_by_no_cache(self, api: Api) -> None:
        response = api.get("/usage")
        check(response)
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers

    @override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31536000)
    def test_https_is_insisted_on(self) -> None:
        response = Client().get("/")
        assert (response.status_code, response.headers["Location"]) == (301, "https://testserver/")
        assert (
            "max-age=31536000"
            in Client().get("/", secure=True).headers["Strict-Transport-Security"]
        )
