"""What the console shows of a key that is used in a new way, and what its owner can say to it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Project, User
from apikeys import services
from apikeys.drift import answering, rule
from apikeys.models import ApiKey, Flag
from console.attention import concerns, live_keys
from tests.apikeys import drifting
from tests.doors import Api, signed_in
from tests.makers import BY, make_key

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def made(project: Project, person: User) -> tuple[ApiKey, str]:
    """A key that was used for four weeks, and its plaintext."""
    now = timezone.now()
    key, plaintext = make_key(project, "Kitchen", at=now - 40 * DAY)
    drifting.four_weeks(key, until=now)
    return key, plaintext


@pytest.fixture
def browser(person: User) -> Client:
    return signed_in(person)


def misuse(key: ApiKey) -> datetime:
    now = timezone.now()
    drifting.use(key, now - timedelta(minutes=7), 30, scope="schedule")
    assert drifting.turn(now) == 1
    return now


def page(browser: Client, key: ApiKey, name: str = "") -> str:
    return browser.get(f"/console/keys/{key.pk}/{name}").content.decode()


def test_it_is_shown_with_what_was_new_until_it_is_expected(
    browser: Client, made: tuple[ApiKey, str], project: Project
) -> None:
    key, _ = made
    assert "Used in a new way" not in page(browser, key)
    at = misuse(key)
    shown = page(browser, key)
    assert "The scope “schedule”: 30 reads since yesterday" in shown
    (evidence,) = re.findall(r'href="([^"]+scope=schedule[^"]+)"', shown)
    log = browser.get(evidence.replace("&amp;", "&")).content.decode()
    assert log.count("recommend a dish") == 30  # those reads, and none of the others
    assert [
        one.sentence for one in concerns(live_keys(project, "test"), project, "test", at=at)
    ] == ["Used in a new way: other scopes."]
    answer = browser.post(f"/console/keys/{key.pk}/expected/", follow=True)
    after = answer.content.decode()
    assert "that is usual for this key from now on" in after
    assert "since yesterday" not in after
    assert "Expected: other scopes" in after
    assert concerns(live_keys(project, "test"), project, "test", at=at) == []


def test_it_can_be_disabled_and_enabled_again(browser: Client, made: tuple[ApiKey, str]) -> None:
    key, plaintext = made
    misuse(key)
    assert Api(plaintext).get("/policy").status_code == 200
    assert "What stops" in page(browser, key, "disable/")
    for _ in range(2):
        assert browser.post(f"/console/keys/{key.pk}/disable/").status_code == 302
    refused = Api(plaintext).get("/policy")
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_api_key")
    shown = page(browser, key)
    assert "until you enable it again" in shown
    assert "Write to us" not in shown
    assert "“schedule”" in page(browser, key, "enable/")
    assert "Enable the key first" in page(browser, key, "rotate/")
    browser.post(f"/console/keys/{key.pk}/enable/")
    assert Api(plaintext).get("/policy").status_code == 200
    assert Flag.objects.get().as_expected
    history = page(browser, key)
    for line in ("Disabled", "Enabled again", "Used in a new way: other scopes"):
        assert line in history


def test_what_an_operator_switched_off_cannot_be_enabled(
    browser: Client, made: tuple[ApiKey, str]
) -> None:
    key, plaintext = made
    services.switch_key(key=key, on=False, at=timezone.now(), by=BY)
    assert browser.post(f"/console/keys/{key.pk}/enable/").status_code == 302
    assert Api(plaintext).get("/policy").status_code == 401
    assert "Write to us" in page(browser, key)


def test_how_it_is_watched_can_be_chosen(browser: Client, made: tuple[ApiKey, str]) -> None:
    key, _ = made
    at = misuse(key)
    address = f"/console/keys/{key.pk}/watch/"
    refused = browser.post(address, {"pauses": "on"}).content.decode()
    assert "Only a key that is watched" in refused
    browser.post(address, {"watched": "on", "pauses": "on"})
    assert "and disable it then" in page(browser, key)
    browser.post(address, {})
    shown = page(browser, key)
    assert "Not watched" in shown
    assert "since yesterday" not in shown
    key.refresh_from_db()
    assert answering.open_flags(key, at=at) == []


def test_a_key_that_is_hardly_known_says_so(browser: Client, project: Project) -> None:
    assert "we know too little of its use" in page(browser, make_key(project, "New")[0])


def test_the_guide_has_every_threshold(client: Client) -> None:
    text = re.sub(r"<[^>]+>|\s+", " ", client.get("/docs/drift/").content.decode())
    for words in (
        f"the {rule.BASELINE.days} days that ended",
        f"at least {rule.NEW_READS} reads were under",
        f"at least {rule.NEW_READS} reads were for",
        f"at least {rule.COMMON_READS} reads, and {rule.COMMON_SHARE:.0%}".replace("%", " %"),
        f"more than {rule.TIMES_SHARE} times its share",
        f"at least {rule.BUSY_HOUR} requests",
        f"at least {rule.TIMES_BUSY} times as many",
        f"at least {rule.DENIED_READS} denied reads",
        f"at least {rule.DENIED_SHARE:.0%}".replace("%", " %"),
        f"less than {rule.KNOWN_FOR.days} days before",
        f"fewer than {rule.KNOWN_DAYS} of the {rule.BASELINE.days} days",
        f"fewer than {rule.KNOWN_REQUESTS} requests",
    ):
        assert words in text
    assert rule.TIMES_DENIED == 2
