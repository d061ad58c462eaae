"""Changing a key on its pages: notes, rights and its end; more asks for the password again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from apikeys.models import ApiKey
from memory.policy.vocabulary import PURPOSE_CLASSES
from tests.console.key_pages import EVERY, page_of, ticks
from tests.doors import Api, signed_in
from tests.makers import PASSWORD, make_key
from tests.memory.registered import register, retire

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD = 301  # seconds
ALL = {"preset": "full", **EVERY}


def rights(browser: Client, key: ApiKey, **changed: Any) -> Any:
    """Open the page of what a key may do, and send it with these changes."""
    form = browser.get(page_of(key, "rights/")).context["form"]
    sent = {"seen": form["seen"].value(), **ALL, **changed}
    return browser.post(page_of(key, "rights/"), sent)


def expiry(browser: Client, key: ApiKey, **changed: Any) -> Any:
    form = browser.get(page_of(key, "expiry/")).context["form"]
    return browser.post(page_of(key, "expiry/"), {"seen": form["seen"].value(), **changed})


def asks(answer: Any) -> bool:
    return str(answer.headers.get("Location", "")).startswith("/accounts/reauthenticate/")


class TestNotes:
    def test_they_change_with_the_name_and_the_record_says_that_alone(
        self, browser: Client, project: Project
    ) -> None:
        key, _ = make_key(project)
        sent = {"name": "Key", "notes": "For the shop"}
        page = browser.post(page_of(key, "rename/"), sent, follow=True).content.decode()
        assert "Notes saved." in page
        key.refresh_from_db()
        assert (key.name, key.notes) == ("Key", "For the shop")
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert event.meta["notes"] == "changed"
        assert "shop" not in str(event.meta)
        assert "Notes changed" in page

    def test_of_two_tabs_none_writes_over_the_other(
        self, browser: Client, project: Project
    ) -> None:
        key, _ = make_key(project)
        page = page_of(key, "rename/")
        seen = browser.get(page).context["form"]["seen"].value()
        sent = {"name": "Key", "notes": "Ask Ada.", "seen": seen}
        assert browser.post(page, sent).status_code == 302
        again = browser.post(page, {**sent, "notes": "Ask Bob."})
        text = again.content.decode()
        assert "Somebody else changed its name or notes" in text
        assert "<bdi>Ask Ada.</bdi>" in text
        assert "Ask Bob.</textarea>" in text
        key.refresh_from_db()
        assert key.notes == "Ask Ada."
        sent = {**sent, "notes": "Ask Bob.", "seen": again.context["form"]["seen"].value()}
        assert browser.post(page, sent).status_code == 302
        key.refresh_from_db()
        assert key.notes == "Ask Bob."

    def test_they_are_nobody_elses(self, project: Project) -> None:
        key, _ = make_key(project, notes="hush")
        desk = signed_in(User.objects.create_superuser("o@example.com"), second_factor=True)
        page = desk.get(f"/admin/apikeys/apikey/{key.pk}/change/").content.decode()
        assert "Key" in page
        assert "hush" not in page


class TestRights:
    def test_the_page_shows_what_the_key_may_do(self, browser: Client, project: Project) -> None:
        key, _ = make_key(
            project,
            permissions=["memory:list", "memory:read"],
            scopes=["schedule"],
        )
        page = browser.get(page_of(key, "rights/")).content.decode()
        ticked = [one["value"] for one in ticks(page) if "checked" in one]
        assert ticked == ["custom", "memory:read", "memory:list", *PURPOSE_CLASSES, "schedule"]

    def test_less_asks_for_no_password_and_holds_at_once(
        self, project: Project, person: User
    ) -> None:
        key, plaintext = make_key(project)
        browser = signed_in(person, age=OLD)
        answer = rights(browser, key, preset="read", scopes=["schedule"])
        assert answer.headers["Location"] == page_of(key)
        key.refresh_from_db()
        assert (key.permissions, key.scopes, key.purpose_classes) == (
            ["memory:read"],
            ["schedule"],
            None,
        )
        assert Api(plaintext).get("/memory?user_id=u").status_code == 403
        assert "may do less" in browser.get(page_of(key)).content.decode()

    def test_more_waits_for_the_password(self, project: Project, person: User) -> None:
        key, _ = make_key(project, permissions=["memory:read"], scopes=["schedule"])
        browser = signed_in(person, age=OLD)
        answer = rights(browser, key, preset="read")
        assert asks(answer)
        key.refresh_from_db()
        assert key.scopes == ["schedule"]
        browser.post(answer.headers["Location"], {"password": PASSWORD})
        key.refresh_from_db()
        assert key.scopes is None
        assert AuditEvent.objects.get(event_type="KEY_UPDATE").meta["rights"] == "widened"

    def test_less_of_one_and_more_of_another_waits_too(
        self, project: Project, person: User
    ) -> None:
        key, _ = make_key(project, scopes=["schedule"])
        browser = signed_in(person, age=OLD)
        assert asks(rights(browser, key, preset="read", scopes=["attention"]))

    def test_of_two_edits_at_once_the_second_is_told(
        self, browser: Client, project: Project
    ) -> None:
        key, _ = make_key(project)
        seen = browser.get(page_of(key, "rights/")).context["form"]["seen"].value()
        rights(browser, key, scopes=["schedule"])
        sent = {**ALL, "seen": seen, "preset": "read"}
        page = browser.post(page_of(key, "rights/"), sent, follow=True).content.decode()
        assert "Somebody else changed this key while you did." in page
        key.refresh_from_db()
        assert (key.scopes, len(key.permissions)) == (["schedule"], 7)

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"scopes": []}, "Choose at least one scope."),
            ({"purpose_classes": []}, "Choose at least one purpose class."),
            ({"preset": "custom"}, "Choose at least one permission."),
            ({"permissions": ["memory:read"]}, "count for a custom key only"),
            ({"seen": ""}, "This field is required."),
        ],
    )
    def test_a_contradiction_changes_nothing(
        self, browser: Client, project: Project, changed: dict[str, Any], sentence: str
    ) -> None:
        key, _ = make_key(project)
        answer = rights(browser, key, **changed)
        assert answer.status_code == 200
        if "seen" not in changed:
            assert sentence in answer.content.decode()
        assert not AuditEvent.objects.filter(event_type="KEY_UPDATE").exists()


class TestPurposes:
    def test_a_retired_one_stays_until_it_is_unticked(
        self, browser: Client, project: Project
    ) -> None:
        register(project, purpose_id="dinner")
        purpose = register(project)
        key, _ = make_key(project, purposes=["gift_finder"])
        retire(project, purpose)
        assert ", retired" in browser.get(page_of(key, "rights/")).content.decode()
        only = {"which_purposes": "custom"}
        rights(browser, key, purposes=["gift_finder", "dinner"], **only)
        key.refresh_from_db()
        assert key.purposes == ["dinner", "gift_finder"]
        rights(browser, key, purposes=["dinner"], **only)
        key.refresh_from_db()
        assert key.purposes == ["dinner"]
        page = rights(browser, key, purposes=["gift_finder"], **only).content.decode()
        assert "not one of the available choices" in page

    def test_to_untick_all_is_not_to_open_all(self, browser: Client, project: Project) -> None:
        register(project)
        key, _ = make_key(project, purposes=["gift_finder"])
        page = rights(browser, key, which_purposes="custom", purposes=[]).content.decode()
        assert "Choose at least one purpose." in page
        key.refresh_from_db()
        assert key.purposes == ["gift_finder"]

    def test_every_purpose_again_is_more(self, project: Project, person: User) -> None:
        register(project)
        key, _ = make_key(project, purposes=["gift_finder"])
        browser = signed_in(person, age=OLD)
        assert asks(rights(browser, key, which_purposes="any"))

    def test_one_of_the_other_environment_is_refused(
        self, browser: Client, project: Project
    ) -> None:
        register(project, environments=["live"])
        key, _ = make_key(project)
        page = rights(browser, key, which_purposes="custom", purposes=["gift_finder"])
        assert "gift_finder is not registered for test." in page.content.decode()


class TestExpiry:
    def test_an_expired_key_is_extended_after_the_password_and_works(
        self, project: Project, person: User
    ) -> None:
        key, plaintext = make_key(project)
        ApiKey.objects.update(expires_at=timezone.now())
        assert Api(plaintext).get("/policy").status_code == 401
        browser = signed_in(person, age=OLD)
        assert "Extend key" in browser.get(page_of(key, "expiry/")).content.decode()
        answer = expiry(browser, key, expires="30")
        assert asks(answer)
        assert Api(plaintext).get("/policy").status_code == 401
        browser.post(answer.headers["Location"], {"password": PASSWORD})
        assert Api(plaintext).get("/policy").status_code == 200
        assert "Extended; expires: " in browser.get(page_of(key)).content.decode()

    def test_sooner_asks_for_no_password(self, project: Project, person: User) -> None:
        key, _ = make_key(project)
        browser = signed_in(person, age=OLD)
        assert not asks(expiry(browser, key, expires="30"))
        key.refresh_from_db()
        assert key.expires_at is not None
        assert abs(key.expires_at - timezone.now() - 30 * DAY) < timedelta(minutes=5)

    def test_of_two_edits_at_once_the_second_is_told(
        self, browser: Client, project: Project
    ) -> None:
        key, _ = make_key(project)
        expiry(browser, key, expires="30")
        sent = {"seen": "never", "expires": "60"}
        page = browser.post(page_of(key, "expiry/"), sent, follow=True).content.decode()
        assert "Somebody else changed this key while you did." in page

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({}, "This field is required."),
            ({"expires": "date"}, "Choose a date."),
            ({"expires": "date", "expires_on": "2020-01-01"}, "Choose today or later."),
            ({"expires": "30", "expires_on": "2999-01-01"}, "Choose “On a date” above"),
        ],
    )
    def test_a_contradiction_changes_nothing(
        self, browser: Client, project: Project, changed: dict[str, Any], sentence: str
    ) -> None:
        key, _ = make_key(project)
        assert sentence in expiry(browser, key, **changed).content.decode()
        key.refresh_from_db()
        assert key.expires_at is None

    def test_of_a_deleted_key_every_page_leads_to_its_own(
        self, browser: Client, project: Project, stranger: User
    ) -> None:
        key, _ = make_key(project)
        browser.post(page_of(key, "delete/"))
        secret = f"secrets/{key.current_secret().pk}/end/"
        for verb in ("expiry/", "rights/", "rename/", "limits/", "rotate/", "delete/", secret):
            for answer in (browser.get(page_of(key, verb)), browser.post(page_of(key, verb))):
                assert answer.headers["Location"] == page_of(key)
            assert signed_in(stranger).post(page_of(key, verb)).status_code == 404
        assert "was deleted. It no longer works." in browser.get(page_of(key)).content.decode()
