"""Authenticator apps: what is stored of them, what they open, and who has to use one."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.test import Client
from pytest_django import Settings

from accounts.allauth_internals import TOTP
from accounts.models import User
from accounts.second_factor import MfaAdapter, UnreadableSeed
from tests.accounts.signing_in import SEED, code, sign_in
from tests.doors import signed_in
from tests.makers import give_password


@pytest.mark.django_db
class TestSeeds:
    def test_a_seed_is_encrypted_where_it_is_stored(self, person: User, client: Client) -> None:
        TOTP.activate(person, SEED)
        assert SEED not in repr(Authenticator.objects.values().get())
        sign_in(client, person.email)
        assert client.get("/console/projects/").status_code == 302  # a password alone is not enough
        client.post("/accounts/2fa/authenticate/", {"code": code()})
        assert client.get("/console/projects/").status_code == 200

    def test_an_older_key_still_decrypts(self, settings: Settings) -> None:
        settings.SECOND_FACTOR_KEYS = ["old"]
        stored = MfaAdapter().encrypt(SEED)
        settings.SECOND_FACTOR_KEYS = ["new", "old"]
        assert MfaAdapter().decrypt(stored) == SEED
        settings.SECOND_FACTOR_KEYS = ["new"]
        with pytest.raises(UnreadableSeed) as raised:
            MfaAdapter().decrypt(stored)
        assert not isinstance(raised.value.__context__, InvalidToken) or (
            raised.value.__suppress_context__
        )


@pytest.mark.django_db
@pytest.mark.parametrize(("steps", "accepted"), [(1, True), (0, True), (-3, False)])
def test_a_code_may_be_one_step_off(
    person: User, client: Client, steps: int, accepted: bool
) -> None:
    TOTP.activate(person, SEED)
    sign_in(client, person.email)
    client.post("/accounts/2fa/authenticate/", {"code": code(steps=steps)})
    assert (client.get("/console/projects/").status_code == 200) is accepted


@pytest.mark.django_db
class TestStaff:
    def test_the_page_they_wanted_is_kept_on_the_way_in(self, client: Client) -> None:
        answer = client.get("/admin/login/?next=/admin/accounts/user/")
        assert answer.headers["Location"] == "/accounts/login/?next=%2Fadmin%2Faccounts%2Fuser%2F"

    def test_a_password_alone_does_not_open_the_desk(self, client: Client) -> None:
        operator = give_password(User.objects.create_superuser("operator@example.com"))
        sign_in(client, operator.email)
        answer = client.get("/admin/", follow=True)
        assert answer.redirect_chain[-1][0] == "/accounts/2fa/"
        assert "Operators need a second factor" in answer.content.decode()

    def test_an_operator_who_did_not_use_their_factor_is_asked_for_it(self) -> None:
        operator = give_password(User.objects.create_superuser("operator@example.com"))
        TOTP.activate(operator, SEED)
        browser = signed_in(operator)
        answer = browser.get("/admin/", follow=True)
        assert "/accounts/2fa/reauthenticate/" in answer.redirect_chain[-1][0]
        assert "You are about to work in Operations." in answer.content.decode()
        answer = browser.post(answer.redirect_chain[-1][0], {"code": code()}, follow=True)
        assert answer.redirect_chain[-1][0] == "/admin/"
        assert answer.status_code == 200

    def test_somebody_elses_record_does_not_count(self, person: User) -> None:
        """Hold that a session's records are of one account: another that signs in brings none."""
        operator = User.objects.create_superuser("operator@example.com")
        browser = signed_in(person, second_factor=True)
        browser.force_login(operator)
        assert browser.get("/admin/").status_code == 302

    def test_a_password_is_enough_in_development(self, settings: Settings) -> None:
        settings.DEBUG = True
        operator = User.objects.create_superuser("operator@example.com")
        assert signed_in(operator).get("/admin/").status_code == 200

    def test_nobody_can_look_at_seeds_and_sessions(self) -> None:
        operator = User.objects.create_superuser("operator@example.com")
        page = signed_in(operator, second_factor=True).get("/admin/").content.decode()
        for table in ("authenticator", "usersession", "emailaddress"):
            assert f"/{table}/" not in page
