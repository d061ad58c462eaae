"""The front page decides as the API does, and says nothing that is not so."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import Settings

from config.front_page import ASKED, SCOPE
from memory.policy.access import MATRIX, allowed_purpose_classes, is_allowed
from memory.policy.purposes import understand
from tests.doors import Api

pytestmark = pytest.mark.django_db


def test_each_purpose_is_decided_by_the_policy(client: Client, api: Api) -> None:
    page = unescape(client.get("/").content.decode())
    verdicts = re.findall(r'<div class="verdict( allow)?" data-answer="\d">', page)
    expected = [is_allowed(SCOPE, understand(one).purpose_class) for one in ASKED]
    assert [bool(one) for one in verdicts] == expected == [True, False, False]
    for purpose, allowed in zip(ASKED, expected, strict=True):
        assert f'<q class="said">{purpose}</q>' in page
        body = {"scope": SCOPE, "purpose": purpose}
        assert api.post("/policy/check", body).json()["allowed"] is allowed
    assert f"Allowed for {SCOPE}: {', '.join(allowed_purpose_classes(SCOPE))}." in page
    for scope in MATRIX:
        assert f'<th scope="row"><code>{scope}</code></th>' in page


def test_it_has_the_readers_own_address_and_ours(client: Client, settings: Settings) -> None:
    settings.CONTACT_ADDRESS = "people@memory-scope.example"
    page = client.get("/", headers={"host": "localhost:9000"}).content.decode()
    assert "http://localhost:9000/memory/read" in unescape(page)
    assert 'href="mailto:people@memory-scope.example"' in page


def test_every_link_of_it_leads_somewhere(client: Client) -> None:
    page = client.get("/").content.decode()
    for path in set(re.findall(r'href="(/[^"]*)"', page)):
        if path.startswith("/static/"):
            continue
        answer = client.get(path.partition("#")[0])
        assert answer.status_code in (200, 302), path
        if anchor := path.partition("#")[2]:
            assert f'id="{anchor}"' in answer.content.decode(), path
