"""A key that comes over plain HTTP is refused and told so, and its owner is told too."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from pytest_django import Settings

from accounts.models import Project
from apikeys import plain_http, tokens
from apikeys.models import Notice
from tests.doors import Api
from tests.mailbox import mailbox
from tests.makers import make_key, read_body


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    monkeypatch.setattr("apikeys.notices.outbox.transaction.on_commit", lambda work: work())
    monkeypatch.setattr(plain_http, "_told", {})


class TestAKeyOverPlainHttp:
    @pytest.mark.parametrize("path", ["/memory/read", "/memory", "/policy", "/memory/nowhere"])
    def test_it_is_refused_in_words_and_its_owner_told_once_a_day(
        self, project: Project, path: str
    ) -> None:
        key, plaintext = make_key(project, "Web app", environment="live")
        for forgotten in (False, True, False):
            if forgotten:
                plain_http._told.clear()  # another process
            answer = Api(plaintext).post(path, read_body())
            assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
            assert "rotate it" in answer.json()["detail"]
            assert "Location" not in answer.headers
            assert plaintext not in answer.content.decode()
        assert Notice.objects.get().key_id == key.pk
        (sent,) = mailbox()
        assert sent.to == [project.owner.email]
        assert "Web app" in sent.subject
        assert plaintext not in sent.subject + sent.body

    @pytest.mark.django_db
    @pytest.mark.parametrize("key", [tokens.new_key("live"), "nonsense", ""])
    def test_one_that_opens_nothing_hears_the_same_and_nobody_is_told(self, key: str) -> None:
        assert Api(key).get("/policy").status_code == 403
        assert not Notice.objects.exists()

    @pytest.mark.django_db
    def test_what_has_no_key_or_is_no_path_of_the_api_is_redirected(self) -> None:
        assert Api(None).get("/policy").status_code == 301
        assert Api(tokens.new_key("live")).get("/docs/").status_code == 301
        assert Api(tokens.new_key("live")).get("/healthz").status_code == 200

    def test_over_https_it_is_served(self, project: Project) -> None:
        plaintext = make_key(project)[1]
        assert Api(plaintext).client.get(
            "/policy", secure=True, HTTP_X_API_KEY=plaintext
        ).status_code == 200  # fmt: skip

    def test_it_is_refused_while_nobody_can_be_told(self, project: Project) -> None:
        from django.db import OperationalError

        plaintext = make_key(project)[1]
        with patch("apikeys.authentication.find_principal", side_effect=OperationalError):
            assert Api(plaintext).get("/policy").status_code == 403
