"""The key pages: how a key ends, what it is called, what they say of it, and to whom."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from apikeys import services
from apikeys.authentication import find_principal
from apikeys.models import ApiKey, Secret
from apikeys.usage.collector import collector
from tests.console.key_pages import FULL, page_of
from tests.doors import Api, signed_in
from tests.makers import BY, make_key, make_project


@pytest.mark.django_db
class TestDeleting:
    def test_one_in_use_is_deleted_when_its_name_was_typed(
        self, browser: Client, project: Project
    ) -> None:
        key, plaintext = make_key(project, name="Production")
        Api(plaintext).get("/policy")
        collector.flush()
        page = browser.post(page_of(key, "delete/"), {"typed": "production"}).content.decode()
        assert "That is not “Production”." in page
        assert Api(plaintext).get("/policy").status_code == 200
        browser.post(page_of(key, "delete/"), {"typed": "Production"})
        assert Api(plaintext).get("/policy").status_code == 401
        again = browser.post(page_of(key, "delete/"), {"typed": "Production"}, follow=True)
        assert again.redirect_chain == [(page_of(key), 302)]
        assert "Key “Production” was deleted. It no longer works." in again.content.decode()

    def test_one_that_was_never_used_needs_no_typing(
        self, browser: Client, project: Project
    ) -> None:
        key, plaintext = make_key(project)
        assert "It was never used." in browser.get(page_of(key, "delete/")).content.decode()
        browser.post(page_of(key, "delete/"))
        assert find_principal(plaintext, at=timezone.now()) is None

    def test_it_stays_listed_behind_a_filter(self, browser: Client, project: Project) -> None:
        key, _ = make_key(project, name="Old worker")
        browser.post(page_of(key, "delete/"), follow=True)
        browser.get("/console/projects/")  # shows the message, and forgets it
        page = f"/console/projects/{project.pk}/test/keys/"
        assert "Old worker" not in browser.get(page).content.decode()
        assert "Show 1 deleted or expired key" in browser.get(page).content.decode()
        assert "Old worker" in browser.get(f"{page}?status=ended").content.decode()


@pytest.mark.django_db
class TestRenaming:
    def test_a_new_name_is_recorded(self, browser: Client, project: Project, owner: User) -> None:
        key, _ = make_key(project)
        browser.post(page_of(key, "rename/"), {"name": "Worker"})
        key.refresh_from_db()
        assert key.name == "Worker"
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert event.meta == {
            "actor": str(owner.pk),
            "address": "127.0.0.1",
            "name": "Key",
            "new_name": "Worker",
        }

    def test_a_taken_name_is_refused(self, browser: Client, project: Project) -> None:
        make_key(project, name="Worker")
        key, _ = make_key(project)
        page = browser.post(page_of(key, "rename/"), {"name": "WORKER"}).content.decode()
        assert "already has a live key named" in page
        key.refresh_from_db()
        assert key.name == "Key"

    def test_a_deleted_key_is_not_renamed(self, project: Project, now: datetime) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, at=now, by=BY)
        with pytest.raises(services.KeyEnded):
            services.rename_key(key=key, name="Other", at=now, by=BY)
        with pytest.raises(services.KeyEnded):
            services.end_secret(key=key, secret_id=key.pk, though_used=True, at=now, by=BY)


@pytest.mark.django_db
class TestStatus:
    @pytest.mark.parametrize(
        ("used", "expires", "words"),
        [
            (None, None, "Never used"),
            (1, None, "Active"),
            (31, None, "Unused for 31 days"),
            (1, 5, "Expires in 5 days"),
            (1, 1, "Expires in 24 hours"),
            (1, 0, "Expires in 5 minutes"),
            (1, -1, "Expired"),
        ],
    )
    def test_its_status_is_a_word(
        self, browser: Client, project: Project, used: int | None, expires: int | None, words: str
    ) -> None:
        now = timezone.now()
        key, _ = make_key(project, at=now - timedelta(days=100))
        if used is not None:
            Secret.objects.update(last_used_at=now - timedelta(days=used))
        if expires is not None:
            ends = now + timedelta(days=expires, minutes=5)
            ApiKey.objects.update(expires_at=ends)
        assert f">{words}" in browser.get(page_of(key)).content.decode()

    def test_a_key_that_we_switched_off_says_so(self, browser: Client, project: Project) -> None:
        key, _ = make_key(project)
        services.switch_key(key=key, on=False, at=timezone.now(), by=BY)
        assert "Disabled by Memory Scope" in browser.get(page_of(key)).content.decode()


@pytest.mark.django_db
class TestStrangers:
    @pytest.mark.parametrize("verb", ["rename/", "rights/", "expiry/", "rotate/", "delete/"])
    def test_a_strangers_change_is_not_found(
        self, stranger: User, project: Project, verb: str
    ) -> None:
        key, plaintext = make_key(project)
        body = {"name": "Mine", "grace": "0", "last_four": plaintext[-4:], "typed": "Key"}
        assert signed_in(stranger).post(page_of(key, verb), body).status_code == 404
        key.refresh_from_db()
        assert (key.name, key.deleted_at, key.secrets.count()) == ("Key", None, 1)

    def test_no_key_is_made_in_somebody_elses_project(self, stranger: User, new: str) -> None:
        assert signed_in(stranger).post(new, FULL).status_code == 404
        assert not ApiKey.objects.exists()

    def test_of_two_projects_each_lists_its_own(
        self, browser: Client, owner: User, project: Project
    ) -> None:
        make_key(project, name="Here")
        other = make_project(owner)
        make_key(other, name="There")
        page = browser.get(f"/console/projects/{other.pk}/test/keys/").content.decode()
        assert "There" in page
        assert "Here" not in page

    @pytest.mark.parametrize("verb", ["rename/", "rights/", "expiry/", "rotate/", "delete/"])
    def test_nothing_is_changed_without_a_csrf_token(
        self, owner: User, project: Project, verb: str
    ) -> None:
        key, plaintext = make_key(project)
        browser = signed_in(owner)
        browser.handler.enforce_csrf_checks = True
        body = {"name": "Mine", "grace": "0", "last_four": plaintext[-4:], "typed": "Key"}
        assert browser.post(page_of(key, verb), body).status_code == 403
        key.refresh_from_db()
        assert (key.name, key.deleted_at, key.secrets.count()) == ("Key", None, 1)
