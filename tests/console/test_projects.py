"""Projects, and closing an account: what a person does, and what nobody else can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from accounts import services
from accounts.models import AccessRequest, AuditEvent, Project, User
from accounts.second_factor import AddPasskeyForm
from apikeys.models import ApiKey
from tests.apikeys.mailed import subjects
from tests.console.key_pages import FULL
from tests.doors import Api, Response, signed_in
from tests.makers import BY, NOW, make_key, make_project

CHANGES = [
    ("/console/projects/new/", {"name": "New"}),
    ("/console/projects/{project}/test/settings/", {"name": "New"}),
    ("/console/projects/{project}/test/delete/", {"typed": "Default project"}),
    ("/console/projects/{project}/test/keys/new/", {"name": "New"}),
    ("/console/account/close/", {"typed": "owner@example.com"}),
    ("/console/account/reopen/", {}),
    ("/theme/", {"theme": "dark"}),
    ("/request-access/", {"email": "x@example.com", "name": "x", "plans": "x"}),
    ("/accounts/logout/", {}),
    ("/accounts/password/change/", {}),
    ("/accounts/email/", {}),
]


def text_of(answer: Response) -> str:
    """Return what a page says, without its elements, with single blanks."""
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.mark.django_db
class TestProjects:
    def test_one_is_made_and_shown(self, browser: Client, owner: User) -> None:
        answer = browser.post("/console/projects/new/", {"name": "Shop"})
        shop = owner.projects.get(name="Shop")
        event = AuditEvent.objects.get(event_type="PROJECT_CREATE", app_id=shop.pk)
        assert (event.environment, event.subject_id) == ("both", shop.pk)
        assert event.meta == {"actor": str(owner.pk), "address": "127.0.0.1", "name": "Shop"}
        assert answer.headers["Location"] == f"/console/projects/{shop.pk}/test/"
        assert "Shop" in browser.get("/console/projects/").content.decode()

    @pytest.mark.parametrize("name", ["default PROJECT", "", "x" * 101, "a\u200bb"])
    def test_an_impossible_name_is_refused(
        self, browser: Client, owner: User, project: Project, name: str
    ) -> None:
        other = make_project(owner)
        for path in ("/console/projects/new/", f"/console/projects/{other.pk}/test/settings/"):
            assert browser.post(path, {"name": name}).status_code == 200
        assert sorted(owner.projects.values_list("name", flat=True)) == [
            "Another project",
            "Default project",
        ]

    def test_a_rename_is_recorded_once_for_both_environments(
        self, browser: Client, owner: User, project: Project
    ) -> None:
        for _ in range(2):  # the second changes nothing
            browser.post(f"/console/projects/{project.pk}/test/settings/", {"name": "Shop"})
        event = AuditEvent.objects.get(event_type="PROJECT_UPDATE", app_id=project.pk)
        assert event.environment == "both"
        assert event.meta == {"actor": str(owner.pk), "address": "127.0.0.1", "name": "Shop"}

    def test_deleting_one_stops_its_keys_and_frees_its_name(
        self, browser: Client, owner: User, project: Project
    ) -> None:
        api = Api(make_key(project)[1])
        path = f"/console/projects/{project.pk}/test/delete/"
        assert browser.post(path, {"typed": "default project"}).status_code == 200
        assert api.get("/policy").status_code == 200
        assert browser.post(path, {"typed": "Default project"}).status_code == 302
        assert api.get("/policy").status_code == 401
        assert browser.get(f"/console/projects/{project.pk}/test/").status_code == 404
        assert "No project" in browser.get("/console/projects/").content.decode()
        browser.post("/console/projects/new/", {"name": "Default project"})
        assert Project.objects.owned_by(owner).count() == 1
        assert AuditEvent.objects.filter(event_type="PROJECT_DELETE").count() == 1

    def test_an_account_has_only_so_many(
        self, browser: Client, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "MOST_PROJECTS", 1)
        page = browser.post("/console/projects/new/", {"name": "Two"}).content.decode()
        assert "An account has at most 1 projects." in page

    def test_a_stranger_changes_nothing(self, stranger: User, project: Project) -> None:
        browser = signed_in(stranger)
        for verb, body in (("settings", {"name": "Mine"}), ("delete", {"typed": project.name})):
            assert (
                browser.post(f"/console/projects/{project.pk}/test/{verb}/", body).status_code
                == 404
            )
        project.refresh_from_db()
        assert (project.name, project.deleted_at) == ("Default project", None)


@pytest.mark.django_db
class TestClosing:
    def close(self, browser: Client, owner: User) -> Any:
        return browser.post("/console/account/close/", {"typed": owner.email})

    def test_the_keys_stop_and_come_back_with_the_account(
        self, browser: Client, owner: User, project: Project
    ) -> None:
        api = Api(make_key(project)[1])
        assert self.close(browser, owner).headers["Location"] == "/console/account/closed/"
        assert api.get("/policy").status_code == 401
        assert subjects(at=timezone.now()) == ["Your Memory Scope account is closed"]
        assert mail.outbox[0].to == [owner.email]
        answer = browser.post("/console/account/reopen/", follow=True)
        assert "Your keys work again." in answer.content.decode()
        assert api.get("/policy").status_code == 200
        types = AuditEvent.objects.values_list("event_type", flat=True)
        assert sorted(t for t in types if t.startswith("ACCOUNT")) == [
            "ACCOUNT_CLOSE",
            "ACCOUNT_CREATE",
            "ACCOUNT_REOPEN",
        ]

    def test_its_address_must_be_typed(self, browser: Client, owner: User) -> None:
        browser.post("/console/account/close/", {"typed": "other@example.com"})
        owner.refresh_from_db()
        assert owner.closed_at is None

    @pytest.mark.parametrize("path", ["/console/projects/", "/console/account/", "/accounts/2fa/"])
    def test_the_owner_of_a_closed_account_sees_one_page(
        self, browser: Client, owner: User, path: str
    ) -> None:
        self.close(browser, owner)
        assert browser.get(path).headers["Location"] == "/console/account/closed/"
        assert "Reopen account" in browser.get("/console/account/closed/").content.decode()

    def test_an_operator_who_closed_theirs_has_no_desk(self, owner: User) -> None:
        User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
        owner.refresh_from_db()
        desk = signed_in(owner, second_factor=True)
        services.close_account(user=owner, at=timezone.now(), by=BY)
        assert desk.get("/admin/").headers["Location"] == "/console/account/closed/"

    def test_after_its_days_it_cannot_be_taken_back(self, browser: Client, owner: User) -> None:
        services.close_account(user=owner, at=NOW - timedelta(days=3650), by=BY)
        browser.post("/console/account/reopen/")
        owner.refresh_from_db()
        assert owner.closed_at is not None


@pytest.mark.django_db
class TestForms:
    @pytest.mark.parametrize(("path", "body"), CHANGES)
    def test_nothing_is_changed_without_a_csrf_token(
        self, owner: User, project: Project, path: str, body: dict[str, str]
    ) -> None:
        browser = signed_in(owner)
        browser.handler.enforce_csrf_checks = True
        assert browser.post(path.format(project=project.pk), body).status_code == 403
        assert Project.objects.owned_by(owner).get().name == "Default project"

    def test_the_theme_is_written_into_the_page(self, client: Client) -> None:
        assert "data-theme" not in client.get("/").content.decode()
        client.post("/theme/", {"theme": "dark", "next": "/docs/"})
        assert 'data-theme="dark"' in client.get("/").content.decode()
        client.post("/theme/", {"theme": ""})
        assert "data-theme" not in client.get("/").content.decode()

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", ""])
    def test_it_leads_back_to_this_site_alone(self, client: Client, back: str) -> None:
        answer = client.post("/theme/", {"theme": "dark", "next": back})
        assert answer.headers["Location"] == "/"

    def test_a_cookie_that_somebody_wrote_is_not_believed(self, client: Client) -> None:
        client.cookies["theme"] = '"><script>'
        assert "data-theme" not in client.get("/").content.decode()


@pytest.mark.django_db
class TestNames:
    @pytest.mark.parametrize("typed", ["My  shop", " My\tshop ", "My\u00a0shop", "My\r\nshop"])
    def test_white_space_is_one_blank(self, browser: Client, owner: User, typed: str) -> None:
        browser.post("/console/projects/new/", {"name": typed})
        shop = owner.projects.get(name="My shop")
        page = browser.post("/console/projects/new/", {"name": "My shop"}).content.decode()
        assert "You already have a project named" in page
        new = f"/console/projects/{shop.pk}/test/keys/new/"
        browser.post(new, {**FULL, "name": typed})
        assert ApiKey.objects.get().name == "My shop"
        browser.post(f"/console/keys/{ApiKey.objects.get().pk}/rename/", {"name": f"{typed}  2"})
        assert ApiKey.objects.get().name == "My shop 2"

    @pytest.mark.parametrize(
        "name", ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f468\u200d\U0001f469"]
    )
    def test_joiners_stay(self, browser: Client, owner: User, name: str) -> None:
        browser.post("/console/projects/new/", {"name": name})
        assert owner.projects.filter(name=name).exists()

    @pytest.mark.parametrize(
        ("name", "shown", "typed"),
        [
            ("My  shop", "My shop", "My shop"),
            ("B\u0075\u0308ro", "Büro", "Büro"),
            ("a\u202eb", "a[U+202E]b", "a[U+202E]b"),
            ("\u3164", "delete", "delete"),
            ("\u2764\ufe0f", "\u2764\ufe0f", "\u2764"),
        ],
        ids=ascii,
    )
    def test_what_is_asked_to_be_typed_is_what_is_shown(
        self, browser: Client, owner: User, name: str, shown: str, typed: str
    ) -> None:
        """Names from before had no such rules."""
        one = make_project(owner, name)
        path = f"/console/projects/{one.pk}/test/delete/"
        assert f"Type “<bdi>{shown}</bdi>” to confirm" in browser.get(path).content.decode()
        assert browser.post(path, {"typed": "x"}).status_code == 200
        assert browser.post(path, {"typed": typed}).headers["Location"] == "/console/projects/"
        assert not Project.objects.live().filter(pk=one.pk).exists()

    def test_of_people_too(self, client: Client, owner: User) -> None:
        form = {"email": "x@example.com", "name": " Anna \u00a0 Berg", "plans": "x"}
        page = client.post("/request-access/", {**form, "company": "a\u200bb"}).content.decode()
        assert "printable characters; U+200B is none" in page
        client.post("/request-access/", form)
        assert AccessRequest.objects.get().name == "Anna Berg"
        desk = signed_in(User.objects.create_superuser("op@example.com"), second_factor=True)
        project = owner.projects.get()
        for page, sent in (
            (f"/admin/accounts/user/{owner.pk}/change/", {"is_active": "on"}),
            (f"/admin/accounts/project/{project.pk}/change/", {}),
        ):
            assert "U+200B" in desk.post(page, {**sent, "name": "a\u200bb"}).content.decode()
            assert desk.post(page, {**sent, "name": " New \t name"}).status_code == 302
        owner.refresh_from_db()
        project.refresh_from_db()
        assert owner.name == project.name == "New name"

    def test_of_passkeys_too(self, browser: Client, owner: User) -> None:
        passkey = Authenticator.objects.create(
            user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "Old"}
        )
        path = f"/accounts/2fa/webauthn/keys/{passkey.pk}/edit/"
        assert "U+200B" in browser.post(path, {"name": "a\u200bb"}).content.decode()
        assert browser.post(path, {"name": "x" * 101}).status_code == 200
        assert browser.post(path, {"name": " My  laptop "}).status_code == 302
        passkey.refresh_from_db()
        assert passkey.data["name"] == "My laptop"

    @pytest.mark.parametrize(
        ("typed", "name"),
        [(" My  laptop", "My laptop"), ("a\u200bb", "Passkey 1"), ("", "Passkey 1")],
    )
    def test_a_new_passkey_is_kept_whatever_it_is_called(
        self, owner: User, typed: str, name: str
    ) -> None:
        form = AddPasskeyForm({"name": typed, "credential": "null"}, user=owner)
        form.full_clean()
        assert form.cleaned_data["name"] == name
