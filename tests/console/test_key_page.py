"""The page of a key: what there is to decide from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Project
from apikeys import services
from apikeys.models import ApiKey, Secret
from apikeys.usage.collector import collector
from tests.console.key_pages import page_of
from tests.doors import Api
from tests.makers import BY, make_key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (None, "Nobody has used it. Deleting it stops nothing."),
        (timedelta(hours=1), "It is in use."),
        (timedelta(days=12), "Nobody has used it for 12 days. Ask whoever runs it"),
        (timedelta(days=40), "Nobody has used it for 40 days. Deleting it should stop nothing."),
    ],
)
def test_it_says_whether_it_is_safe_to_delete(
    browser: Client, project: Project, used: timedelta | None, words: str
) -> None:
    key, _ = make_key(project, at=timezone.now() - timedelta(days=60))
    if used is not None:
        Secret.objects.update(last_used_at=timezone.now() - used)
    assert words in browser.get(page_of(key)).content.decode()


def test_it_says_who_uses_the_old_secret_and_how_long_it_has(
    browser: Client, project: Project
) -> None:
    key, plaintext = make_key(project)
    at = timezone.now()
    services.rotate_key(key=key, last_four=plaintext[-4:], grace=timedelta(hours=24), at=at, by=BY)
    page = browser.get(page_of(key)).content.decode()
    assert "Nobody has used it since the rotation. You can end it now." in page
    Api(plaintext).get("/policy", HTTP_USER_AGENT="checkout-worker/2")
    collector.flush()
    page = browser.get(page_of(key)).content.decode()
    assert "It was used since the rotation." in page
    assert "checkout-worker/2" in page
    assert "in 24 hours" in page


def test_it_shows_usage_limits_and_rights(browser: Client, project: Project) -> None:
    key, plaintext = make_key(project, scopes=["preferences"], permissions=["memory:read"])
    for _ in range(3):
        Api(plaintext).get("/policy")
    collector.flush()
    page = browser.get(page_of(key)).content.decode()
    assert "Usage, 14 days" in page
    assert "<span>Served <b>3</b></span>" in page
    assert "<dt>Scopes</dt><dd>preferences</dd>" in page
    assert "<code>memory:read</code>" in page


@pytest.mark.parametrize(
    ("state", "words", "offers"),
    [
        ("expired", "It has expired", "expiry/"),
        ("disabled", "We disabled this key", "expiry/"),
        ("project", "We disabled this project", "expiry/"),
    ],
)
def test_one_that_opens_nothing_says_why_and_offers_no_rotation(
    browser: Client, project: Project, state: str, words: str, offers: str
) -> None:
    at = timezone.now()
    key, _ = make_key(project, at=at - timedelta(days=9))
    if state == "expired":
        ApiKey.objects.update(expires_at=at - timedelta(days=1))
    elif state == "disabled":
        services.switch_key(key=key, on=False, at=at, by=BY)
    else:
        Project.objects.update(disabled_at=at)
    page = browser.get(page_of(key)).content.decode()
    assert words in page
    assert page_of(key, "rotate/") not in page
    assert page_of(key, offers) in page


def test_a_deleted_one_offers_nothing(browser: Client, project: Project) -> None:
    key, _ = make_key(project)
    services.delete_key(key=key, at=timezone.now(), by=BY)
    page = browser.get(page_of(key)).content.decode()
    assert "Deleted" in page
    for verb in ("rotate/", "delete/", "rights/", "expiry/", "rename/", "limits/"):
        assert page_of(key, verb) not in page
