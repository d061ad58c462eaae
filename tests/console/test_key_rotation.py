"""Rotating a key on its pages: two secrets for a while, one afterwards."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project
from apikeys.usage.collector import collector
from tests.console.key_pages import page_of, secret_in
from tests.doors import Api
from tests.makers import make_key


@pytest.mark.django_db
class TestRotating:
    def test_both_work_until_the_grace_is_ended(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        answer = browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        fresh = secret_in(answer)
        assert [Api(one).get("/policy").status_code for one in (old, fresh)] == [200, 200]
        collector.flush()
        page = browser.get(page_of(key)).content.decode()
        assert "Still in use" in page
        browser.post(page_of(key, "end-grace/"))
        assert [Api(one).get("/policy").status_code for one in (old, fresh)] == [401, 200]
        events = AuditEvent.objects.filter(event_type="KEY_UPDATE")
        assert [event.meta["grace"] for event in events] == ["ended"]
        browser.post(page_of(key, "end-grace/"))
        assert events.count() == 1

    def test_an_old_secret_that_nobody_uses_is_told_apart(
        self, browser: Client, project: Project
    ) -> None:
        key, old = make_key(project)
        Api(old).get("/policy")
        collector.flush()
        browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        assert "Not used since the rotation" in browser.get(page_of(key)).content.decode()

    def test_sent_twice_it_rotates_once(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        body = {"grace": "24", "last_four": old[-4:]}
        fresh = secret_in(browser.post(page_of(key, "rotate/"), body))
        again = browser.post(page_of(key, "rotate/"), {**body, "again": "on"}, follow=True)
        assert "was rotated meanwhile" in again.content.decode()
        assert key.secrets.count() == 2
        assert Api(fresh).get("/policy").status_code == 200

    def test_while_a_grace_runs_it_asks_first(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        fresh = secret_in(
            browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        )
        body = {"grace": "0", "last_four": fresh[-4:]}
        page = browser.post(page_of(key, "rotate/"), body).content.decode()
        assert "Yes, rotate again" in page
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
