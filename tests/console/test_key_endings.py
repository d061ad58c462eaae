"""Deleting keys: who would miss them is said, and several go in one go."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project, User
from apikeys import services
from apikeys.events import record_key
from apikeys.models import ApiKey
from apikeys.usage.collector import collector
from tests.console.key_pages import page_of
from tests.doors import Api, signed_in
from tests.makers import BY, NOW, make_key, make_project, memory_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def several(project: Project) -> str:
    """Return the path on which several keys are deleted."""
    return f"/console/projects/{project.pk}/test/keys/delete/"


def test_the_page_says_who_used_it_last_and_for_what(browser: Client, project: Project) -> None:
    key, plaintext = make_key(project)
    Api(plaintext).post("/memory", memory_body(), HTTP_USER_AGENT="shop/2")
    collector.flush()
    page = browser.get(page_of(key, "delete/")).content.decode()
    assert "shop/2" in page
    assert "<code>POST /memory</code>" in page
    assert "127.0.0.1" in page


class TestSeveral:
    def test_they_are_asked_about_and_go_together(
        self, browser: Client, project: Project, several: str
    ) -> None:
        keys = [make_key(project, name)[0] for name in ("One", "Two")]
        kept, _ = make_key(project, "Kept")
        sent = {"key": [str(key.pk) for key in keys]}
        page = browser.post(several, sent).content.decode()
        assert "Delete 2 keys?" in page
        assert ("One" in page, "Two" in page, "Kept" in page) == (True, True, False)
        assert ApiKey.objects.live().count() == 3
        page = browser.post(several, {**sent, "confirmed": "yes"}, follow=True).content.decode()
        assert "2 keys deleted." in page
        assert list(ApiKey.objects.live()) == [kept]
        events = AuditEvent.objects.filter(event_type="KEY_DELETE")
        assert {event.api_key_id for event in events} == {key.pk for key in keys}

    def test_where_one_was_used_a_word_is_typed(
        self, browser: Client, project: Project, several: str
    ) -> None:
        used, plaintext = make_key(project, "Used")
        unused, _ = make_key(project, "Unused")
        Api(plaintext).get("/policy")
        collector.flush()
        sent = {"key": [str(used.pk), str(unused.pk)], "confirmed": "yes"}
        for typed in ({}, {"typed": "Used"}):
            page = browser.post(several, {**sent, **typed}).content.decode()
            assert "Type “<bdi>delete</bdi>” to confirm" in page
            assert ApiKey.objects.live().count() == 2
        browser.post(several, {**sent, "typed": "delete"})
        assert not ApiKey.objects.live().exists()

    def test_one_that_went_meanwhile_is_passed_over(
        self, browser: Client, project: Project, several: str
    ) -> None:
        gone, stays = (make_key(project, name)[0] for name in ("Gone", "Stays"))
        services.delete_key(key=gone, at=NOW, by=BY)
        sent = {"key": [str(gone.pk), str(stays.pk)], "confirmed": "yes"}
        page = browser.post(several, sent, follow=True).content.decode()
        assert "Key “Stays” deleted." in page

    def test_none_chosen_is_said(self, browser: Client, several: str) -> None:
        assert "No key was chosen." in browser.post(several, follow=True).content.decode()

    def test_with_one_that_is_not_the_projects_nothing_is_found(
        self, browser: Client, project: Project, owner: User, stranger: User, several: str
    ) -> None:
        key, _ = make_key(project)
        others = [
            make_key(make_project(owner), "Elsewhere")[0].pk,
            make_key(stranger.projects.get(), "Not mine")[0].pk,
            project.pk,
            "nonsense",
        ]
        for other in others:
            sent = {"key": [str(key.pk), str(other)], "confirmed": "yes"}
            assert browser.post(several, sent).status_code == 404
        sent = {"key": [str(key.pk)], "confirmed": "yes"}
        assert signed_in(stranger).post(several, sent).status_code == 404
        assert ApiKey.objects.live().count() == 3

    def test_a_failure_deletes_none(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys = [make_key(project, name)[0] for name in ("One", "Two")]
        real = record_key

        def fail_at_the_second(*args: object, **options: object) -> None:
            if AuditEvent.objects.filter(event_type="KEY_DELETE").exists():
                raise RuntimeError
            real(*args, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(services, "record_key", fail_at_the_second)
        with pytest.raises(RuntimeError):
            services.delete_keys(keys=keys, at=NOW, by=BY)
        assert ApiKey.objects.live().count() == 2
