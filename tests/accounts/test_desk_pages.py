"""The operators' first page, and their pages of accounts and projects: what leads where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.allauth_internals import TOTP
from accounts.models import AccessRequest, Note, Project, User
from apikeys.models import ApiKey, Secret
from apikeys.usage.collector import collector
from foundation.desk import age, figures, steps
from tests.accounts.invited import GUEST, invite, sign_up
from tests.accounts.queue import ask
from tests.accounts.signing_in import SEED
from tests.doors import Api, signed_in
from tests.makers import NOW, make_key, make_owner, sample


def account(user: User, verb: str = "change/") -> str:
    return f"/admin/accounts/user/{user.pk}/{verb}"


def guest() -> User:
    """Return somebody who asked, was invited and signed up."""
    ask(GUEST)
    sign_up(invite())
    return User.objects.get(email=GUEST)


class TestTheFirstPage:
    def test_it_counts_who_waits_and_who_is_here(self, desk: Client, operator: User) -> None:
        for number in range(3):
            ask(f"waiting{number}@example.com")
        invitations.invite(email="open@example.com", by=None, at=timezone.now())
        key, _ = make_key(make_owner().projects.get(), at=timezone.now())
        collector.record(sample(timezone.now(), project_id=key.project_id, key_id=key.pk))
        collector.flush()
        told = {one.name: one.value for one in figures(operator, at=timezone.now())}
        assert told == {
            "Waiting for an answer": 3,
            "Invited, not signed up": 1,
            "Active accounts": 2,
            "Working keys": 1,
            "Requests today (UTC)": 1,
        }
        shown = desk.get("/admin/").content.decode()
        assert 'href="/admin/accounts/accessrequest/"' in shown
        assert all(name in shown for name in told)

    def test_it_tells_how_far_people_get(self, desk: Client, operator: User) -> None:
        make_key(make_owner().projects.get())  # came by no invitation
        for number in range(3):
            ask(f"waiting{number}@example.com")
        invitations.invite(email="waiting0@example.com", by=None, at=timezone.now())
        key = make_key(guest().projects.get(), at=timezone.now())[1]
        assert [step.value for step in steps(operator, cohort="")] == [4, 2, 1, 1, 0]
        Api(key).remember()
        told = steps(operator, cohort="")
        assert [(step.name, step.value) for step in told] == [
            ("Asked for access", 4),
            ("Were invited", 2),
            ("Signed up", 1),
            ("Made a key", 1),
            ("Stored a memory", 1),
        ]
        shown = desk.get("/admin/").content.decode()
        assert "Stored a memory" in shown
        assert "50 %" in shown

    def test_it_does_so_for_a_cohort(self, desk: Client, operator: User) -> None:
        here = guest()
        ask("other@example.com")
        AccessRequest.objects.filter(email=GUEST).update(cohort="March")
        User.objects.filter(pk=here.pk).update(cohort="March")
        assert [step.value for step in steps(operator, cohort="March")] == [1, 1, 1, 0, 0]
        assert "in <bdi>March</bdi>" in desk.get("/admin/?cohort=March").content.decode()
        unknown = desk.get("/admin/?cohort=%3Cb%3E").content.decode()
        assert "How far people get<" in unknown

    def test_an_operator_sees_what_they_may_look_at(self, db: None) -> None:
        staff = User.objects.create_user("staff@example.com", is_staff=True)
        browser = signed_in(staff, second_factor=True)
        shown = browser.get("/admin/").content.decode()
        assert "How far people get" not in shown
        assert "Waiting for an answer" not in shown
        staff.user_permissions.add(Permission.objects.get(codename="view_user"))
        shown = browser.get("/admin/").content.decode()
        assert "Active accounts" in shown
        assert "Working keys" not in shown
        guest_page = browser.get(account(make_owner())).content.decode()
        assert "About this account" in guest_page
        assert "Keys and usage" not in guest_page

    def test_a_way_leads_back_to_the_console(self, desk: Client) -> None:
        for page in ("/admin/", "/admin/accounts/user/", "/admin/accounts/invitation/add/"):
            shown = desk.get(page).content.decode()
            assert '<a href="/console/">Memory Scope console</a>' in shown

    def test_groups_are_left_out_while_there_is_none(self, desk: Client) -> None:
        assert "/admin/auth/group/" not in desk.get("/admin/").content.decode()
        assert desk.get("/admin/auth/group/add/").status_code == 200
        Group.objects.create(name="Support")
        assert "/admin/auth/group/" in desk.get("/admin/").content.decode()

    @pytest.mark.parametrize(
        ("ago", "words"),
        [
            (timedelta(0), "less than a minute"),
            (timedelta(hours=5), "5 hours"),
            (timedelta(days=3), "3 days"),
        ],
    )
    def test_an_age_is_told_by_its_largest_unit(self, ago: timedelta, words: str) -> None:
        assert age(NOW - ago, at=NOW) == words


class TestAnAccount:
    def test_it_leads_to_its_projects_keys_and_how_it_came_here(
        self, desk: Client, operator: User
    ) -> None:
        here = guest()
        project = here.projects.get()
        key, plaintext = make_key(project, name="Laptop", at=timezone.now())
        used = timezone.now() - timedelta(days=2)
        Secret.objects.filter(key=key).update(last_used_at=used)
        for status in (201, 201, 403):
            whose = {"project_id": project.pk, "key_id": key.pk}
            collector.record(sample(used, status=status, **whose))
        collector.record(sample(timezone.now() - timedelta(days=40), **whose))
        collector.flush()
        shown = desk.get(account(here)).content.decode()
        assert f'href="/admin/accounts/project/{project.pk}/change/"' in shown
        assert f'href="/admin/apikeys/apikey/{key.pk}/change/"' in shown
        assert f"••••{plaintext[-4:]}" in shown
        assert "3, 1 of them answered with an error" in shown
        assert f"2 days ago, {used:%Y-%m-%d %H:%M} UTC" in shown
        assert f'href="/admin/accounts/invitation/{here.invitation.pk}/change/"' in shown
        asked = AccessRequest.objects.get()
        assert f'href="/admin/accounts/accessrequest/{asked.pk}/change/"' in shown
        assert f"/admin/accounts/auditevent/?q={here.pk}" in shown

    def test_it_shows_nothing_of_others(self, desk: Client, owner: User, stranger: User) -> None:
        make_key(stranger.projects.get(), name="Theirs")
        shown = desk.get(account(owner)).content.decode()
        assert "Theirs" not in shown
        assert "It has no key." in shown
        assert "no invitation" in shown

    def test_it_tells_of_a_second_factor(self, desk: Client, owner: User) -> None:
        none = "<dt>Second factor</dt><dd><bdi>no</bdi></dd>"
        Authenticator.objects.create(user=owner, type="recovery_codes", data={"seed": "x"})
        assert none in "".join(desk.get(account(owner)).content.decode().split("\n"))
        TOTP.activate(owner, SEED)
        assert none not in "".join(desk.get(account(owner)).content.decode().split("\n"))
        rows = desk.get("/admin/accounts/user/?q=owner@example.com").content.decode()
        assert rows.count('class="field-second_factor"><img') == 1
        assert "icon-yes" in rows.partition("field-second_factor")[2][:100]

    def test_the_help_is_in_our_words(self, desk: Client, owner: User) -> None:
        shown = desk.get(account(owner)).content.decode()
        assert "May open these pages, with a second factor." in shown
        for words in ("Designates", "Hold down", "The groups this user belongs to"):
            assert words not in shown

    def test_names_turn_nothing_round(self, desk: Client, owner: User) -> None:
        Project.objects.update(name="a\u202eb")
        ApiKey.objects.filter(pk=make_key(owner.projects.get())[0].pk).update(name="c\u202ed")
        shown = desk.get(account(owner)).content.decode()
        assert "\u202e" not in shown
        assert "<bdi>c[U+202E]d</bdi>" in shown


class TestAProject:
    def test_it_says_how_it_stands_and_what_it_keeps(
        self, desk: Client, api: Api, project: Project, owner: User
    ) -> None:
        api.remember()
        shown = desk.get(f"/admin/accounts/project/{project.pk}/change/").content.decode()
        assert "1 of " in shown
        assert f'href="/admin/accounts/user/{owner.pk}/change/"' in shown
        assert f'href="/admin/accounts/project/{project.pk}/switch-off/"' in shown
        assert f"/admin/accounts/auditevent/?q={project.pk}" in shown
        Project.objects.update(disabled_at=NOW)
        shown = desk.get(f"/admin/accounts/project/{project.pk}/change/").content.decode()
        assert f'href="/admin/accounts/project/{project.pk}/switch-on/"' in shown
        assert "switched off on 2026-11-23 12:00 UTC" in shown

    def test_a_deleted_one_is_switched_no_more(self, desk: Client, project: Project) -> None:
        Project.objects.update(deleted_at=NOW)
        page = f"/admin/accounts/project/{project.pk}"
        assert "switch-off" not in desk.get(f"{page}/change/").content.decode()
        answer = desk.post(f"{page}/switch-off/", {"reason": "Late"}, follow=True)
        assert "was deleted meanwhile" in answer.content.decode()
        assert not Note.objects.exists()

    def test_who_may_not_change_it_does_not_switch_it(self, project: Project) -> None:
        staff = User.objects.create_user("staff@example.com", is_staff=True)
        staff.user_permissions.add(Permission.objects.get(codename="view_project"))
        browser = signed_in(staff, second_factor=True)
        page = f"/admin/accounts/project/{project.pk}"
        assert "switch-off" not in browser.get(f"{page}/change/").content.decode()
        assert browser.post(f"{page}/switch-off/", {"reason": "No"}).status_code == 403
        assert browser.get(f"{page}/switch-off/").status_code == 403
        project.refresh_from_db()
        assert project.disabled_at is None


class TestNotes:
    def test_they_stand_with_who_wrote_them_the_newest_first(
        self, desk: Client, operator: User, owner: User
    ) -> None:
        for text in ("First call", "Second <b>call</b>\nwith \u202ea line"):
            desk.post(account(owner, "note/"), {"text": text})
        shown = desk.get(account(owner)).content.decode()
        assert shown.index("Second &lt;b&gt;call") < shown.index("First call")
        assert "[U+202E]a line" in shown
        assert {note.written_by for note in Note.objects.all()} == {operator}

    def test_those_about_the_request_stand_with_the_account(self, desk: Client) -> None:
        here = guest()
        asked = AccessRequest.objects.get()
        desk.post(f"/admin/accounts/accessrequest/{asked.pk}/note/", {"text": "Met at a fair"})
        shown = desk.get(account(here)).content.decode()
        assert "Met at a fair" in shown
        assert "about the request for access" in shown

    @pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
    def test_what_is_no_note_is_not_kept(self, text: str, desk: Client, owner: User) -> None:
        answer = desk.post(account(owner, "note/"), {"text": text})
        assert "errorlist" in answer.content.decode()
        assert not Note.objects.exists()

    def test_one_is_deleted_twice_harmlessly_and_from_its_own_page_alone(
        self, desk: Client, owner: User, stranger: User
    ) -> None:
        desk.post(account(owner, "note/"), {"text": "Wrong"})
        note = Note.objects.get()
        desk.post(account(stranger, f"note/{note.pk}/delete/"))
        assert Note.objects.exists()
        for _ in range(2):
            assert desk.post(account(owner, f"note/{note.pk}/delete/")).status_code == 302
        assert not Note.objects.exists()

    def test_who_may_not_change_an_account_writes_none(self, owner: User) -> None:
        staff = User.objects.create_user("staff@example.com", is_staff=True)
        staff.user_permissions.set(Permission.objects.all())
        chief = User.objects.create_superuser("chief@example.com")
        browser = signed_in(staff, second_factor=True)
        assert browser.post(account(chief, "note/"), {"text": "x"}).status_code == 403
        assert "Save note" not in browser.get(account(chief)).content.decode()
        assert browser.post(account(owner, "note/"), {"text": "x"}).status_code == 302

    def test_the_person_sees_none_of_it(self, desk: Client, owner: User, browser: Client) -> None:
        desk.post(account(owner, "note/"), {"text": "Secretly"})
        for page in ("/console/account/", "/console/projects/"):
            assert "Secretly" not in browser.get(page).content.decode()
