"""Staff who may change accounts stay staff: rights, operators and passwords are out of reach."""

from __future__ import annotations

from io import StringIO
from typing import Any
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.allauth_internals import TOTP
from accounts.models import AuditEvent, User
from tests.accounts.signing_in import SEED, sign_in
from tests.doors import signed_in
from tests.mailbox import mailbox
from tests.makers import PASSWORD, give_password, make_key

RIGHTS = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}


def page(user: User, verb: str = "change") -> str:
    return f"/admin/accounts/user/{user.pk}/{verb}/"


def events(event_type: str) -> list[dict[str, Any]]:
    return [event.meta for event in AuditEvent.objects.filter(event_type=event_type).order_by("id")]


@pytest.fixture
def staff(db: None) -> User:
    """Return an operator who has every permission, but is no superuser."""
    person = User.objects.create_user("staff@example.com", is_staff=True)
    person.user_permissions.set(Permission.objects.all())
    TOTP.activate(person, SEED)
    return person


@pytest.fixture
def desk(staff: User) -> Client:
    return signed_in(staff, second_factor=True)


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("chief@example.com", PASSWORD)


@pytest.fixture
def chief(superuser: User) -> Client:
    return signed_in(superuser, second_factor=True)


class TestStaff:
    def test_they_make_nobody_an_operator_not_even_themselves(
        self, desk: Client, staff: User, owner: User
    ) -> None:
        TOTP.activate(owner, SEED)
        group = Group.objects.create(name="Everything")
        for user in (owner, staff):
            desk.post(page(user), {**RIGHTS, "name": "", "groups": [group.pk]})
            user.refresh_from_db()
            assert not user.is_superuser
            assert not user.groups.exists()
        assert not owner.is_staff

    @pytest.mark.parametrize("victim", ["superuser", "other staff"])
    def test_they_do_not_touch_another_operator(
        self, desk: Client, superuser: User, victim: str
    ) -> None:
        if victim == "other staff":
            superuser.is_superuser = False
            superuser.save()
        answer = desk.post(page(superuser), {"name": "Taken over"})  # not active any more
        assert answer.status_code == 403
        superuser.refresh_from_db()
        assert (superuser.name, superuser.is_active) == ("", True)
        assert desk.get(page(superuser)).status_code == 200  # they may look

    def test_they_see_and_change_no_group(self, desk: Client) -> None:
        group = Group.objects.create(name="Support")
        for path in ("", "add/", f"{group.pk}/change/", f"{group.pk}/delete/"):
            assert desk.get(f"/admin/auth/group/{path}").status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
        assert desk.post("/admin/auth/group/", chosen).status_code == 403
        assert Group.objects.exists()

    def test_they_may_switch_an_ordinary_account_off(
        self, desk: Client, staff: User, owner: User
    ) -> None:
        make_key(owner.projects.get())
        assert desk.post(page(owner), {"name": "Anna"}).status_code == 302
        owner.refresh_from_db()
        assert (owner.name, owner.is_active) == ("Anna", False)
        switched = AuditEvent.objects.filter(event_type="ACCOUNT_DISABLE")
        assert {event.app_id for event in switched} == {owner.pk, owner.projects.get().pk}
        assert {event.meta["actor"] for event in switched} == {str(staff.pk)}
        assert events("ACCOUNT_UPDATE") == [{"actor": str(staff.pk), "changed": ["name"]}]
        desk.post(page(owner), {"name": "Anna", "is_active": "on"})
        assert len(events("ACCOUNT_ENABLE")) == 2

    def test_a_mail_for_an_operators_password_is_not_theirs_to_send(
        self, desk: Client, superuser: User
    ) -> None:
        chosen = {"action": "send_reset", "_selected_action": [str(superuser.pk)]}
        desk.post("/admin/accounts/user/", chosen)
        assert mailbox() == []

    @pytest.mark.parametrize("table", ["account/emailaddress", "mfa/authenticator", "auth/user"])
    def test_addresses_and_factors_are_in_no_table_of_theirs(
        self, desk: Client, table: str
    ) -> None:
        assert desk.get(f"/admin/{table}/").status_code == 404

    def test_an_address_cannot_be_changed(self, desk: Client, chief: Client, owner: User) -> None:
        for browser in (desk, chief):
            browser.post(page(owner), {"email": "thief@example.com", "name": "", "is_active": "on"})
            owner.refresh_from_db()
            assert owner.email == "owner@example.com"
        assert EmailAddress.objects.get(user=owner).email == "owner@example.com"


class TestPasswords:
    def test_nobody_sets_anothers_password(
        self, desk: Client, chief: Client, superuser: User, person: User
    ) -> None:
        new = "a new and long password"
        body = {"password1": new, "password2": new, "password": new, "usable_password": "true"}
        for browser in (desk, chief):
            for user in (person, superuser):
                for url in (page(user, "password"), page(user)):
                    browser.post(url, {**body, "name": "", "is_active": "on"})
                user.refresh_from_db()
                assert user.check_password(PASSWORD)
                assert "argon2" not in browser.get(page(user)).content.decode()

    def test_a_mail_lets_the_person_choose_one(
        self, desk: Client, staff: User, person: User
    ) -> None:
        chosen = {"action": "send_reset", "_selected_action": [str(person.pk)]}
        desk.post("/admin/accounts/user/", chosen)
        (message,) = mailbox()
        assert message.to == [person.email]
        assert "/password/reset/key/" in message.body
        assert events("RESET_MAIL") == [{"actor": str(staff.pk)}]

    def test_a_new_account_has_none_until_its_person_chooses_it(
        self, desk: Client, client: Client
    ) -> None:
        new = "a new and long password"
        sent = {"email": "New@Example.com", "password1": new, "password2": new, "is_staff": "on"}
        desk.post("/admin/accounts/user/add/", sent)
        person = User.objects.get(email="new@example.com")
        assert not person.has_usable_password()
        assert not person.is_staff
        (message,) = mailbox()
        link = next(word for word in message.body.split() if "/password/reset/key/" in word)
        path = "/accounts/" + link.partition("/accounts/")[2]
        form = client.get(path, follow=True).redirect_chain[-1][0]
        client.post(form, {"password1": new, "password2": new})
        assert sign_in(Client(), person.email, new).headers["Location"] == "/console/"
        assert events("PASSWORD_RESET") == [{"actor": str(person.pk)}]

    def test_ones_own_is_changed_on_the_accounts_page(self, chief: Client) -> None:
        answer = chief.get("/admin/password_change/")
        assert answer.headers["Location"] == "/accounts/password/change/"

    def test_a_command_that_sets_one_is_recorded(self, person: User) -> None:
        new = "another good long password"
        with mock.patch("getpass.getpass", return_value=new):
            call_command("changepassword", person.email, stdout=StringIO())
        person.refresh_from_db()
        assert person.check_password(new)
        assert events("PASSWORD_RESET") == [{"actor": "command"}]

    def test_a_change_is_recorded_without_a_word_of_it(self, person: User) -> None:
        new = "another good long password"
        body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        signed_in(person).post("/accounts/password/change/", body)
        assert events("PASSWORD_CHANGE") == [{"actor": str(person.pk)}]


class TestSuperusers:
    def test_an_operator_is_made_only_of_an_account_with_a_second_factor(
        self, chief: Client, superuser: User, owner: User
    ) -> None:
        for name in ("is_staff", "is_superuser"):
            answer = chief.post(page(owner), {"name": "", "is_active": "on", name: "on"})
            assert "no second factor" in answer.content.decode()
        Authenticator.objects.create(user=owner, type="recovery_codes", data={"seed": "x"})
        answer = chief.post(page(owner), {"name": "", "is_active": "on", "is_staff": "on"})
        assert "no second factor" in answer.content.decode()
        TOTP.activate(owner, SEED)
        group = Group.objects.create(name="Support")
        chief.post(
            page(owner), {"name": "", "is_active": "on", "is_staff": "on", "groups": [group.pk]}
        )
        owner.refresh_from_db()
        assert owner.is_staff
        made = events("RIGHTS_UPDATE")[-1]
        assert made == {"actor": str(superuser.pk), "is_staff": True, "groups": ["Support"]}

    def test_a_groups_rights_are_recorded(self, chief: Client, superuser: User) -> None:
        right = Permission.objects.get(codename="view_memory")
        chief.post("/admin/auth/group/add/", {"name": "Support", "permissions": [right.pk]})
        group = Group.objects.get()
        chief.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Support"})
        chosen = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
        chief.post("/admin/auth/group/", chosen)
        assert not Group.objects.exists()
        found = [(one["what"], one["permissions"]) for one in events("RIGHTS_UPDATE")[1:]]
        assert found == [("made", ["view_memory"]), ("changed", []), ("deleted", [])]

    def test_an_account_made_by_a_command_has_its_rights_recorded(self, superuser: User) -> None:
        made = {"actor": "command", "is_staff": True, "is_superuser": True}
        assert events("RIGHTS_UPDATE") == [made]


@pytest.mark.django_db
class TestFactors:
    def test_each_added_and_removed_is_recorded(self, person: User) -> None:
        browser = signed_in(person)
        browser.get("/accounts/2fa/totp/activate/")
        TOTP.activate(person, SEED)
        browser.post("/accounts/2fa/recovery-codes/generate/")
        browser.post("/accounts/2fa/totp/deactivate/")
        kinds = AuditEvent.objects.filter(app_id=person.pk, meta__has_key="kind").order_by("id")
        by_them = str(person.pk)
        assert [(event.event_type, event.meta["kind"]) for event in kinds] == [
            ("SECOND_FACTOR_ADD", "totp"),
            ("RECOVERY_CODES_CREATE", "recovery_codes"),
            ("SECOND_FACTOR_REMOVE", "totp"),
            ("SECOND_FACTOR_REMOVE", "recovery_codes"),
        ]
        assert [event.meta["actor"] for event in kinds][1:] == [by_them] * 3
        assert SEED not in repr(list(kinds.values()))

    def test_an_operators_is_told_to_the_operators(
        self, settings: Settings, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.OPERATORS_EMAIL = "desk@example.com"
        operator = give_password(User.objects.create_superuser("operator@example.com"))
        with django_capture_on_commit_callbacks(execute=True):
            TOTP.activate(operator, SEED)
        assert {tuple(one.to) for one in mailbox()} == {("desk@example.com",), (operator.email,)}
        for message in mailbox():
            assert "operator@example.com" in message.body
            assert SEED not in message.body
