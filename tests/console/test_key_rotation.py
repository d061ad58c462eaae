"""Rotating a key on its pages: two secrets for a while, one afterwards."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Project
from apikeys.models import ApiKey
from apikeys.usage.collector import collector
from tests.console.key_pages import KEY, page_of, secret_in
from tests.doors import Api
from tests.makers import make_key


@pytest.mark.django_db
class TestRotating:
    def test_both_work_until_the_grace_is_ended(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        replaced = key.current_secret()
        answer = browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        fresh = secret_in(answer)
        end = f"secrets/{replaced.pk}/end/"
        assert [Api(one).get("/policy").status_code for one in (old, fresh)] == [200, 200]
        collector.flush()
        page = browser.get(page_of(key)).content.decode()
        assert "It was used since the rotation." in page
        page = browser.post(page_of(key, end)).content.decode()
        assert "is still in use" in page
        assert [Api(one).get("/policy").status_code for one in (old, fresh)] == [200, 200]
        browser.post(page_of(key, end), {"though_used": "yes"})
        assert [Api(one).get("/policy").status_code for one in (old, fresh)] == [401, 200]
        events = AuditEvent.objects.filter(event_type="KEY_UPDATE")
        assert [event.meta["grace"] for event in events] == ["ended"]
        again = browser.post(page_of(key, end), {"though_used": "yes"}, follow=True)
        assert "had stopped already" in again.content.decode()
        assert events.count() == 1

    def test_a_secret_that_nobody_uses_ends_without_a_question(
        self, browser: Client, project: Project
    ) -> None:
        key, old = make_key(project)
        replaced = key.current_secret()
        browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        answer = browser.post(page_of(key, f"secrets/{replaced.pk}/end/"), follow=True)
        assert f"The secret {replaced.masked} has stopped." in answer.content.decode()
        assert Api(old).get("/policy").status_code == 401

    def test_only_a_replaced_secret_of_the_key_has_such_a_page(
        self, browser: Client, project: Project
    ) -> None:
        key, _ = make_key(project)
        other, old = make_key(project, "Other")
        replaced = other.current_secret()
        browser.post(page_of(other, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        for secret in (key.current_secret(), replaced):
            page = page_of(key, f"secrets/{secret.pk}/end/")
            assert browser.post(page, {"though_used": "yes"}).status_code == 404
        assert Api(old).get("/policy").status_code == 200

    @pytest.mark.parametrize(
        ("grace", "words"), [("0", "has stopped, at "), ("24", "keeps working until ")]
    )
    def test_the_page_says_what_was_chosen(
        self, browser: Client, project: Project, grace: str, words: str
    ) -> None:
        key, old = make_key(project)
        page = browser.post(page_of(key, "rotate/"), {"grace": grace, "last_four": old[-4:]})
        replaced = key.secrets.exclude(replaced_at=None).get()
        assert words in page.content.decode()
        assert f"{replaced.ends_at:%H:%M} UTC" in page.content.decode()

    def test_an_old_secret_that_nobody_uses_is_told_apart(
        self, browser: Client, project: Project
    ) -> None:
        key, old = make_key(project)
        Api(old).get("/policy")
        collector.flush()
        browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        assert (
            "Nobody has used it since the rotation." in browser.get(page_of(key)).content.decode()
        )

    def test_sent_twice_it_rotates_once(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        body = {"grace": "24", "last_four": old[-4:]}
        fresh = secret_in(browser.post(page_of(key, "rotate/"), body))
        again = browser.post(page_of(key, "rotate/"), {**body, "again": "on"})
        made = key.current_secret().created_at
        assert f"was rotated at {made:%H:%M} UTC" in again.content.decode()
        assert KEY.search(again.content.decode()) is None
        assert key.secrets.count() == 2
        assert Api(fresh).get("/policy").status_code == 200

    def test_while_a_grace_runs_it_asks_first(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        fresh = secret_in(
            browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        )
        body = {"grace": "0", "last_four": fresh[-4:]}
        page = browser.post(page_of(key, "rotate/"), body).content.decode()
        assert "Rotate again. The earlier secret still stops at its scheduled time." in page
        assert key.secrets.count() == 2
        third = secret_in(browser.post(page_of(key, "rotate/"), {**body, "again": "on"}))
        statuses = [Api(one).get("/policy").status_code for one in (old, fresh, third)]
        assert statuses == [200, 401, 200]

    @pytest.mark.parametrize("grace", ["", "2", "9999", "-1"])
    def test_a_grace_that_is_not_offered_is_refused(
        self, browser: Client, project: Project, grace: str
    ) -> None:
        key, old = make_key(project)
        browser.post(page_of(key, "rotate/"), {"grace": grace, "last_four": old[-4:]})
        assert key.secrets.count() == 1


@pytest.mark.django_db
class TestAKeyThatOpensNothing:
    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("expired", "Extend key"),
            ("disabled", "It is disabled by Memory Scope"),
            ("project", "Its project is disabled by Memory Scope"),
        ],
    )
    def test_it_gets_no_secret_and_is_told_what_helps(
        self, browser: Client, project: Project, state: str, words: str, method: str
    ) -> None:
        key, old = make_key(project)
        at = timezone.now()
        if state == "expired":
            ApiKey.objects.update(expires_at=at)
        elif state == "disabled":
            ApiKey.objects.update(disabled_at=at)
        else:
            Project.objects.update(disabled_at=at)
        body = {"grace": "24", "last_four": old[-4:]}
        page = getattr(browser, method)(page_of(key, "rotate/"), body).content.decode()
        assert words in page
        assert (page_of(key, "expiry/") in page) is (state == "expired")
        own = browser.get(page_of(key)).content.decode()
        assert page_of(key, "rotate/") not in own
        assert ("Extend</a>" in own) is (state == "expired")
        assert KEY.search(page) is None
        assert key.secrets.count() == 1
