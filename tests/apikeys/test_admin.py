"""What the operators see of keys, and how they stop one."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.audit import ChangedBy
from accounts.models import AuditEvent, Project, User
from apikeys.authentication import find_principal
from apikeys.models import ApiKey, Secret
from foundation.moments import written
from tests.makers import NOW, make_key


class TestKeys:
    def test_a_key_is_shown_without_its_secret(self, desk: Client, project: Project) -> None:
        key, plaintext = make_key(project, name="Laptop")
        digest = bytes(Secret.objects.get().digest).hex()
        for path in ("/admin/apikeys/apikey/", f"/admin/apikeys/apikey/{key.pk}/change/"):
            page = desk.get(path).content.decode()
            assert "Laptop" in page
            assert f"••••{plaintext[-4:]}" in page
            assert plaintext not in page
            assert digest not in page
            assert "subject_key" not in page

    def test_a_key_is_switched_off_and_on(
        self, desk: Client, operator: User, project: Project
    ) -> None:
        key, plaintext = make_key(project)
        chosen = {"_selected_action": [str(key.pk)]}
        desk.post("/admin/apikeys/apikey/", {"action": "switch_off", **chosen})
        assert find_principal(plaintext, at=NOW) is None
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert event.meta == {"actor": str(operator.pk), "name": "Key", "disabled": True}
        desk.post("/admin/apikeys/apikey/", {"action": "switch_on", **chosen})
        assert find_principal(plaintext, at=NOW) is not None

    def test_only_its_limits_can_be_set(
        self, desk: Client, operator: User, project: Project
    ) -> None:
        key, _ = make_key(project)
        page = f"/admin/apikeys/apikey/{key.pk}/change/"
        sent = {"rate_limit": "5000", "burst_limit": "", "name": "Other", "environment": "live"}
        assert desk.post(page, sent).status_code == 302
        key.refresh_from_db()
        assert (key.rate_limit, key.burst_limit) == (5000, None)
        assert (key.name, key.environment) == ("Key", "test")
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert (event.meta["actor"], event.meta["rate_limit"]) == (str(operator.pk), 5000)

    @pytest.mark.parametrize("limit", ["0", "-1", "1000000001", "many"])
    def test_an_impossible_limit_is_refused(
        self, limit: str, desk: Client, project: Project
    ) -> None:
        key, _ = make_key(project)
        answer = desk.post(f"/admin/apikeys/apikey/{key.pk}/change/", {"rate_limit": limit})
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()
        answer = desk.post(f"/admin/accounts/project/{project.pk}/change/", {"burst_limit": limit})
        assert "errorlist" in answer.content.decode()
        assert not AuditEvent.objects.filter(event_type="KEY_UPDATE").exists()

    def test_a_projects_limits_can_be_set_and_are_recorded(
        self, desk: Client, operator: User, project: Project
    ) -> None:
        page = f"/admin/accounts/project/{project.pk}/change/"
        sent = {"name": project.name, "rate_limit": "5000", "lowered_rate_limit": "1"}
        for _ in range(2):  # the second changes nothing
            assert desk.post(page, sent).status_code == 302
        project.refresh_from_db()
        assert (project.rate_limit, project.lowered_rate_limit) == (5000, None)
        events = AuditEvent.objects.filter(event_type="PROJECT_UPDATE")
        assert [(event.environment, event.meta) for event in events] == [
            ("both", {"actor": str(operator.pk), "rate_limit": 5000})
        ]

    def test_a_project_is_switched_off_and_on_and_that_is_recorded(
        self, desk: Client, operator: User, project: Project
    ) -> None:
        _, plaintext = make_key(project)
        page = f"/admin/accounts/project/{project.pk}"
        for _ in range(2):  # the second changes nothing
            desk.post(f"{page}/switch-off/", {"reason": "Thirty complaints in a day"})
        assert find_principal(plaintext, at=NOW) is None
        (event,) = AuditEvent.objects.filter(event_type="PROJECT_UPDATE")
        project.refresh_from_db()
        assert project.disabled_at is not None
        assert event.meta == {
            "actor": str(operator.pk),
            "disabled_at": written(project.disabled_at),
        }
        shown = desk.get(f"{page}/change/").content.decode()
        assert "Switched off: Thirty complaints in a day" in shown
        desk.post(f"{page}/switch-on/", {"reason": "It was a test of theirs"})
        assert find_principal(plaintext, at=NOW) is not None
        last = AuditEvent.objects.filter(event_type="PROJECT_UPDATE").order_by("id").last()
        assert last is not None
        assert last.meta["disabled_at"] is None
        assert project.notes.count() == 2

    def test_without_a_reason_nothing_is_switched(self, desk: Client, project: Project) -> None:
        answer = desk.post(f"/admin/accounts/project/{project.pk}/switch-off/", {"reason": " "})
        assert "Say why" in answer.content.decode()
        project.refresh_from_db()
        assert project.disabled_at is None

    def test_a_deleted_keys_limits_stay(self, desk: Client, project: Project) -> None:
        key, _ = make_key(project)
        ApiKey.objects.update(deleted_at=NOW)
        desk.post(f"/admin/apikeys/apikey/{key.pk}/change/", {"rate_limit": "5"})
        key.refresh_from_db()
        assert key.rate_limit is None

    def test_a_deleted_key_stays_deleted(self, desk: Client, project: Project) -> None:
        key, _ = make_key(project)
        ApiKey.objects.update(deleted_at=NOW)
        chosen = {"_selected_action": [str(key.pk)]}
        response = desk.post(
            "/admin/apikeys/apikey/", {"action": "switch_on", **chosen}, follow=True
        )
        assert "was deleted" in response.content.decode()

    @pytest.mark.parametrize("what", ["apikeys/apikey", "accounts/auditevent", "accounts/project"])
    def test_nothing_is_added_by_hand(self, desk: Client, what: str) -> None:
        assert desk.get(f"/admin/{what}/add/").status_code == 403


class TestPeople:
    def test_a_new_account_has_its_default_project(self, desk: Client) -> None:
        desk.post("/admin/accounts/user/add/", {"email": "New@Example.com"})
        new = User.objects.get(email="new@example.com")
        assert new.projects.get().name == "Default project"

    def test_switching_an_account_off_stops_its_keys(
        self, desk: Client, owner: User, project: Project
    ) -> None:
        _, plaintext = make_key(project)
        desk.post(f"/admin/accounts/user/{owner.pk}/change/", {"email": owner.email, "name": ""})
        assert not User.objects.get(pk=owner.pk).is_active
        assert find_principal(plaintext, at=NOW) is None

    def test_a_projects_key_of_pseudonyms_is_not_shown(
        self, desk: Client, project: Project
    ) -> None:
        page = desk.get(f"/admin/accounts/project/{project.pk}/change/").content.decode()
        assert project.name in page
        assert "subject_key" not in page

    def test_the_record_is_shown_and_found_by_request_id(
        self, desk: Client, project: Project
    ) -> None:
        make_key(project, by=ChangedBy(actor="test", request_id="find-me"))
        make_key(project, name="Other", by=ChangedBy(actor="test", request_id="not-me"))
        page = desk.get("/admin/accounts/auditevent/?q=find-me").content.decode()
        assert "find-me" in page
        assert "not-me" not in page
        event = AuditEvent.objects.get(request_id="find-me")
        page = desk.get(f"/admin/accounts/auditevent/{event.pk}/change/").content.decode()
        assert "KEY_CREATE" in page or "Key Create" in page
        assert 'name="_save"' not in page
