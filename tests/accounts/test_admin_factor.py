"""The admin wants a factor that was used lately, and a password alone makes none."""

from __future__ import annotations

import re
import time
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.allauth_internals import TOTP, format_hotp_value, hotp_value
from accounts.models import AuditEvent, User
from tests.accounts.signing_in import SEED, code
from tests.doors import signed_in
from tests.mailbox import mailbox
from tests.makers import PASSWORD, give_password

HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def operator(db: None) -> User:
    return give_password(User.objects.create_superuser("operator@example.com"))


class TestAge:
    @pytest.mark.parametrize(("age", "status"), [(0, 200), (11 * HOUR, 200), (13 * DAY, 302)])
    def test_an_old_factor_does_not_open_it(self, operator: User, age: int, status: int) -> None:
        TOTP.activate(operator, SEED)
        browser = signed_in(operator, second_factor=True, age=age)
        answer = browser.get("/admin/accounts/user/")
        assert answer.status_code == status
        if status == 302:
            answer = browser.get("/admin/accounts/user/", follow=True)
            assert answer.redirect_chain[-1][0].startswith("/accounts/2fa/reauthenticate/")

    def test_the_hours_are_a_setting(self, operator: User, settings: Settings) -> None:
        browser = signed_in(operator, second_factor=True, age=2 * HOUR)
        assert browser.get("/admin/").status_code == 200
        settings.ADMIN_FACTOR_HOURS = 1
        assert browser.get("/admin/").status_code == 302

    def test_a_change_waits_for_a_fresh_one_and_is_then_made(
        self, operator: User, owner: User
    ) -> None:
        TOTP.activate(operator, SEED)
        browser = signed_in(operator, second_factor=True, age=16 * 60)
        page = f"/admin/accounts/user/{owner.pk}/change/"
        assert browser.get(page).status_code == 200
        answer = browser.post(page, {"name": "Anna", "is_active": "on"})
        assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/")
        owner.refresh_from_db()
        assert owner.name == ""
        browser.post(answer.headers["Location"], {"code": code()})
        owner.refresh_from_db()
        assert owner.name == "Anna"
        browser.post(page, {"name": "Berta", "is_active": "on"})
        owner.refresh_from_db()
        assert owner.name == "Berta"

    def test_a_bulk_action_is_a_change_too(self, operator: User, owner: User) -> None:
        browser = signed_in(operator, second_factor=True, age=16 * 60)
        chosen = {"action": "send_reset", "_selected_action": [str(owner.pk)]}
        assert browser.post("/admin/accounts/user/", chosen).status_code == 302
        assert mailbox() == []

    def test_signing_out_is_not(self, operator: User) -> None:
        browser = signed_in(operator, second_factor=True, age=16 * 60)
        assert "2fa" not in browser.post("/admin/logout/").headers.get("Location", "")

    def test_a_foreign_page_sends_nothing_that_is_done_later(
        self, operator: User, owner: User
    ) -> None:
        TOTP.activate(operator, SEED)
        browser = signed_in(operator, second_factor=True, age=16 * 60)
        browser.handler.enforce_csrf_checks = True
        page = f"/admin/accounts/user/{owner.pk}/change/"
        assert browser.post(page, {"name": "Eve"}).status_code == 403
        assert "account_reauthentication_state" not in browser.session


class TestEnrolment:
    @pytest.mark.parametrize("page", ["totp/activate/", "webauthn/add/"])
    def test_a_password_alone_enrols_no_operator(self, operator: User, page: str) -> None:
        browser = signed_in(operator)
        answer = browser.get(f"/accounts/2fa/{page}")
        assert "manage.py secondfactor operator@example.com" in answer.content.decode()
        assert "<form" not in answer.content.decode().partition("<h1>")[2]
        session = browser.session
        session["mfa.totp.secret"] = SEED
        session.save()
        assert browser.post(f"/accounts/2fa/{page}", {"code": code()}).status_code == 403
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize(
        "page", ["webauthn/add/", "recovery-codes/", "recovery-codes/generate/"]
    )
    def test_nor_does_it_add_to_one_or_show_codes(self, operator: User, page: str) -> None:
        TOTP.activate(operator, SEED)
        answer = signed_in(operator).get(f"/accounts/2fa/{page}")
        assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/")

    def test_the_last_one_stays(self, operator: User) -> None:
        TOTP.activate(operator, SEED)
        browser = signed_in(operator, second_factor=True)
        answer = browser.post("/accounts/2fa/totp/deactivate/", follow=True)
        assert "An operator keeps a second factor" in answer.content.decode()
        assert Authenticator.objects.exists()

    def test_anybody_else_enrols_as_before(self, person: User) -> None:
        assert signed_in(person).get("/accounts/2fa/totp/activate/").status_code == 200

    def test_a_command_sets_the_first_one_up(
        self, operator: User, settings: Settings, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.OPERATORS_EMAIL = "desk@example.com"
        printed = StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("secondfactor", operator.email, stdout=printed)
        found = re.search(r"secret=([A-Z2-7]+)", printed.getvalue())
        assert found
        seed = found[1]
        browser = Client()
        browser.post("/accounts/login/", {"login": operator.email, "password": PASSWORD})
        counter = int(time.time()) // 30
        typed = format_hotp_value(hotp_value(seed, counter))
        browser.post("/accounts/2fa/authenticate/", {"code": typed})
        assert browser.get("/admin/").status_code == 200
        kinds = AuditEvent.objects.filter(app_id=operator.pk).values_list("event_type", flat=True)
        assert {"SECOND_FACTOR_ADD", "RECOVERY_CODES_CREATE"} <= set(kinds)
        told = {address for message in mailbox() for address in message.to}
        assert told == {"desk@example.com", operator.email}
        assert all(seed not in message.body for message in mailbox())
        with pytest.raises(CommandError, match="--replace"):
            call_command("secondfactor", operator.email, stdout=printed)
        call_command("secondfactor", operator.email, "--replace", stdout=printed)
        assert Authenticator.objects.filter(type="totp").count() == 1
        assert seed not in repr(Authenticator.objects.values())
