"""A secret is in one answer alone: in no table, mail, log or other page."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import Project, User
from apikeys.models import ApiKey
from apikeys.usage.collector import collector
from tests.console.key_pages import FULL, page_of, secret_in
from tests.doors import Api, signed_in


def everywhere(capture: pytest.LogCaptureFixture) -> str:
    """Return all that is kept: every table, the cache, the mails and the log."""
    texts = [capture.text, *(str(message.message()) for message in mail.outbox)]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts += [repr([_readable(value) for value in row]) for row in cursor.fetchall()]
    if hasattr(cache, "_cache") and hasattr(cache._cache, "get_client"):
        client = cache._cache.get_client()
        texts += [repr(client.get(name)) for name in client.scan_iter()]
    return "\n".join(texts)


def _readable(value: Any) -> Any:
    data = bytes(value) if isinstance(value, memoryview | bytes) else None
    if data and data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return value if data is None else data


@pytest.mark.django_db
class TestTheSecret:
    def test_it_is_in_one_answer_and_nowhere_else(
        self, browser: Client, new: str, project: Project, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        first = browser.post(new, FULL)
        key = ApiKey.objects.get()
        canaries = [secret_in(first)]
        last_four = canaries[0][-4:]
        rotation = browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": last_four})
        canaries.append(secret_in(rotation))
        for canary in canaries:  # used, then in an error page and in a body that is refused
            api = Api(canary)
            api.remember()
            api.post("/memory", {"user_id": 1})
        collector.flush()
        urls = [page_of(key), f"/console/projects/{project.pk}/test/", new, "/console/projects/"]
        shown = [browser.get(url).content.decode() for url in urls]
        operator = User.objects.create_superuser("operator@example.com")
        desk = signed_in(operator, second_factor=True)
        for url in (
            "apikeys/apikey/",
            f"apikeys/apikey/{key.pk}/change/",
            "accounts/auditevent/",
        ):
            shown.append(desk.get(f"/admin/{url}").content.decode())
        kept = everywhere(caplog) + repr(dict(browser.session)) + "".join(shown)
        for canary in canaries:
            assert canary not in kept
            assert canary[12:40] not in kept
        assert "no-store" in rotation.headers["Cache-Control"]
        assert last_four in kept  # the search does find what is kept

    def test_an_error_after_it_was_drawn_does_not_tell_it(
        self,
        browser: Client,
        new: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        drawn: list[str] = []

        def fail(request: Any, key: Any, plaintext: str, **more: Any) -> None:
            drawn.append(plaintext)
            raise RuntimeError(plaintext)

        monkeypatch.setattr("console.key_secrets._shown_once", fail)
        browser.raise_request_exception = False
        answer = browser.post(new, FULL)
        assert answer.status_code == 500
        assert drawn[0] not in answer.content.decode()
        assert drawn[0] not in caplog.text
