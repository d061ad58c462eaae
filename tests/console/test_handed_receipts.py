"""Who takes back or erases in the console is given a receipt of it, once."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from memory_scope import proofs

from accounts.models import Project
from proof import signing
from tests.console.people_pages import File, newest
from tests.doors import Api

pytestmark = pytest.mark.django_db


def receipts_on(page: str) -> list[str]:
    return re.findall(r"<code>(eyJ[\w.-]+)</code>", page)


@pytest.mark.parametrize(
    ("deed", "typed", "kind", "event_type"),
    [
        ("take-back/", {}, "revoke", "MEMORY_REVOKE"),
        ("erase/", {"typed": "user_1"}, "erase", "USER_ERASE"),
    ],
)
def test_the_next_page_hands_over_the_receipt_and_no_other_does(
    browser: Client,
    project: Project,
    api: Api,
    deed: str,
    typed: dict[str, str],
    kind: str,
    event_type: str,
) -> None:
    api.remember()
    file = File(browser, project)
    after = file.post(deed, typed).headers["Location"]
    (receipt,) = receipts_on(browser.get(after).content.decode())
    keys = api.get("/.well-known/memory-scope-keys.json").json()
    claims = proofs.verify_receipt(receipt, keys)
    assert (claims["kind"], claims["event_id"]) == (kind, str(newest(event_type).pk))
    assert "user_1" not in str(claims)
    assert receipts_on(browser.get(file.people).content.decode()) == []


def test_without_one_the_deed_is_told_alone(
    browser: Client, project: Project, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "sign", lambda *_, **__: 1 / 0)
    api.remember()
    page = browser.get(File(browser, project).post("take-back/").headers["Location"])
    assert "Taken back:" in page.content.decode()
    assert "Signed receipt" not in page.content.decode()
