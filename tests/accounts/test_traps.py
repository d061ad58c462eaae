"""Signing in, and the ways in which it goes wrong unnoticed. One class a trap."""

from __future__ import annotations

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core import mail
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.allauth_internals import TOTP, format_hotp_value, hotp_value
from accounts.models import AuditEvent, User
from accounts.second_factor import MfaAdapter, UnreadableSeed
from foundation.background import Background
from tests.doors import collect_static, processes, running_service, signed_in
from tests.mailbox import mailbox
from tests.makers import PASSWORD, give_password, make_key, make_owner

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": password})


@pytest.fixture
def person(owner: User) -> User:
    return give_password(owner)


@pytest.mark.django_db
class TestSigningIn:
    def test_an_account_that_an_operator_opened_can(self, person: User, client: Client) -> None:
        assert EmailAddress.objects.get(user=person).verified
        assert sign_in(client, "OWNER@example.com").headers["Location"] == "/console/"

    @pytest.mark.parametrize("field", ["email", "password"])
    def test_what_was_wrong_is_not_told(self, person: User, client: Client, field: str) -> None:
        said = {"email": person.email, "password": PASSWORD, field: "wrong@example.com"}
        page = sign_in(client, said["email"], said["password"]).content.decode()
        assert "The email address and/or password you specified are not correct." in page

    def test_a_switched_off_account_cannot(self, person: User, client: Client) -> None:
        User.objects.update(is_active=False)
        sign_in(client, person.email)
        assert client.get("/console/projects/").status_code == 302

    def test_switching_it_off_ends_its_sessions_with_the_next_request(self, person: User) -> None:
        browser = signed_in(person)
        assert browser.get("/console/projects/").status_code == 200
        User.objects.update(is_active=False)
        assert browser.get("/console/projects/").status_code == 302

    def test_a_change_of_password_signs_the_others_out(self, person: User) -> None:
        here, there = signed_in(person), signed_in(person)
        new = "another good long password"
        body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        here.post("/accounts/password/change/", body)
        assert here.get("/console/projects/").status_code == 200
        assert there.get("/console/projects/").status_code == 302

    def test_a_reset_by_mail(self, person: User, client: Client) -> None:
        client.post("/accounts/password/reset/", {"email": person.email})
        (message,) = mailbox()
        assert message.page
        link = next(word for word in message.body.split() if "/password/reset/key/" in word)
        page = client.get(link.split("testserver")[1], follow=True)
        new = "another good long password"
        client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
        assert sign_in(Client(), person.email, new).headers["Location"] == "/console/"
        assert sign_in(Client(), person.email, PASSWORD).status_code == 200


@pytest.mark.django_db
class TestReauthentication:
    """A fresh sign-in is enough, an old one is not; a session's id changes with its rights."""

    def page(self, person: User) -> str:
        return f"/console/projects/{person.projects.get().pk}/keys/new/"

    def test_after_a_fresh_sign_in_the_password_is_not_asked_twice(
        self, person: User, client: Client
    ) -> None:
        sign_in(client, person.email)
        assert client.get(self.page(person)).status_code == 200

    def test_after_five_minutes_it_is_asked_and_then_not_again(self, person: User) -> None:
        browser = signed_in(person, age=301)
        answer = browser.get(self.page(person))
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        before = browser.session.session_key
        answer = browser.post(answer.headers["Location"], {"password": PASSWORD})
        assert answer.headers["Location"] == self.page(person)
        assert browser.get(self.page(person)).status_code == 200
        assert browser.session.session_key != before

    @pytest.mark.parametrize("verb", ["rotate", "end-grace", "delete"])
    def test_it_is_asked_before_a_key_is_changed(self, person: User, verb: str) -> None:
        key, _ = make_key(person.projects.get())
        browser = signed_in(person, age=301)
        answer = browser.post(f"/console/keys/{key.pk}/{verb}/", {})
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        key.refresh_from_db()
        assert key.deleted_at is None

    def test_a_sign_in_elsewhere_does_not_count_here(self, person: User, client: Client) -> None:
        old = signed_in(person, age=301)
        sign_in(client, person.email)
        assert old.get(self.page(person)).status_code == 302


@pytest.mark.django_db
class TestSeeds:
    def test_a_seed_is_encrypted_where_it_is_stored(self, person: User, client: Client) -> None:
        TOTP.activate(person, SEED)
        assert SEED not in repr(Authenticator.objects.values().get())
        sign_in(client, person.email)
        assert client.get("/console/projects/").status_code == 302  # a password alone is not enough
        code = format_hotp_value(hotp_value(SEED, int(time.time()) // 30))
        client.post("/accounts/2fa/authenticate/", {"code": code})
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
class TestGuessing:
    def test_the_cache_is_shared(self) -> None:
        assert not isinstance(cache, LocMemCache)

    def test_after_five_wrong_passwords_the_right_one_is_not_looked_at(
        self, person: User, client: Client
    ) -> None:
        for _ in range(5):
            sign_in(client, person.email, "wrong")
        sign_in(client, person.email)
        assert client.get("/console/projects/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_a_thousand_wrong_passwords_few_are_evaluated() -> None:
    """From several threads at several processes where the database can serve them."""
    # Redis remembers attempts for minutes, also those of the run before: another account, another
    # address of this machine's.
    person = give_password(make_owner(f"guessed-{uuid.uuid4().hex}@example.com"))
    home = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.7"
    collect_static()
    with running_service(workers=processes()) as address, ThreadPoolExecutor(8) as pool:

        def guess(number: int) -> int:
            wire = httpx.HTTPTransport(local_address=home)
            with httpx.Client(base_url=address, transport=wire, timeout=60) as browser:
                browser.get("/accounts/login/")
                body = {
                    "login": person.email,
                    "password": f"wrong {number}",
                    "csrfmiddlewaretoken": browser.cookies["csrf"],
                }
                answer = browser.post("/accounts/login/", data=body)
                assert answer.status_code in (200, 429)
                return "not correct" in answer.text

        evaluated = sum(pool.map(guess, range(1000)))
    assert 1 <= evaluated <= 5


@pytest.mark.django_db
class TestResetting:
    """Known or not, an address is looked up, written to and sent to after the response."""

    def test_nothing_of_it_happens_in_the_request(
        self,
        person: User,
        client: Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        waiting: list[Any] = []
        monkeypatch.setattr("accounts.forms.background.do", waiting.append)
        counts = []
        for email in (person.email, "unknown@example.com"):
            with CaptureQueriesContext(connection) as queries:
                answer = client.post("/accounts/password/reset/", {"email": email})
            assert answer.headers["Location"] == "/accounts/password/reset/done/"
            tables = ("accounts_user", "account_emailaddress")
            counts.append(sum(any(t in q["sql"] for t in tables) for q in queries))
        assert counts == [0, 0]
        assert mail.outbox == []
        for work in waiting:
            work()
        assert [message.to for message in mail.outbox] == [[person.email]]


class TestBackground:
    def test_what_fails_does_not_stop_what_follows(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.WORK_IN_BACKGROUND = True
        background, done = Background(), threading.Event()

        def fail() -> None:
            raise ValueError("somebody@example.com")

        background.do(fail)
        background.do(done.set)
        background.wait()
        assert done.is_set()
        assert "ValueError" in caplog.text
        assert "somebody@example.com" not in caplog.text

    def test_too_much_is_dropped_and_said(
        self, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.WORK_IN_BACKGROUND = True
        monkeypatch.setattr("foundation.background.MOST_WAITING", 1)
        background, go = Background(), threading.Event()
        for _ in range(4):
            background.do(lambda: bool(go.wait(10)))
        go.set()
        background.wait()
        assert "dropped" in caplog.text


@pytest.mark.django_db
class TestStaff:
    def test_a_password_alone_does_not_open_the_desk(self, client: Client) -> None:
        operator = give_password(User.objects.create_superuser("operator@example.com"))
        sign_in(client, operator.email)
        answer = client.get("/admin/", follow=True)
        assert answer.redirect_chain[-1][0] == "/accounts/2fa/"

    def test_one_who_has_a_factor_but_did_not_use_it_is_asked(self) -> None:
        operator = give_password(User.objects.create_superuser("operator@example.com"))
        TOTP.activate(operator, SEED)
        browser = signed_in(operator)
        answer = browser.get("/admin/", follow=True)
        assert "/accounts/2fa/reauthenticate/" in answer.redirect_chain[-1][0]
        code = format_hotp_value(hotp_value(SEED, int(time.time()) // 30))
        answer = browser.post(answer.redirect_chain[-1][0], {"code": code}, follow=True)
        assert answer.redirect_chain[-1][0] == "/admin/"
        assert answer.status_code == 200

    def test_somebody_elses_record_does_not_count(self, person: User) -> None:
        """A session's records are of one account: another one that signs in brings none."""
        operator = User.objects.create_superuser("operator@example.com")
        browser = signed_in(person, second_factor=True)
        browser.force_login(operator)
        assert browser.get("/admin/").status_code == 302

    def test_in_development_a_password_will_do(self, settings: Settings) -> None:
        settings.DEBUG = True
        operator = User.objects.create_superuser("operator@example.com")
        assert signed_in(operator).get("/admin/").status_code == 200

    def test_seeds_and_sessions_are_nobodys_to_look_at(self) -> None:
        operator = User.objects.create_superuser("operator@example.com")
        page = signed_in(operator, second_factor=True).get("/admin/").content.decode()
        for table in ("authenticator", "usersession", "emailaddress"):
            assert f"/{table}/" not in page


@pytest.mark.django_db
def test_a_form_that_was_sent_too_late_is_not_lost(person: User) -> None:
    """It waits for the password, and then makes its one key, shown in that answer."""
    browser = signed_in(person, age=301)
    page = f"/console/projects/{person.projects.get().pk}/keys/new/"
    body = {"name": "Late", "environment": "test", "preset": "full", "expires": "90"}
    asked = browser.post(page, body).headers["Location"]
    answer = browser.post(asked, {"password": PASSWORD})
    assert answer.status_code == 200
    assert "sk_test_" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    key = person.projects.get().api_keys.get()
    assert key.name == "Late"
    assert key.current_secret().last_four in answer.content.decode()
    assert AuditEvent.objects.get(event_type="KEY_CREATE").request_id


@pytest.mark.django_db
@pytest.mark.parametrize(("steps", "accepted"), [(1, True), (0, True), (-3, False)])
def test_a_code_may_be_one_step_off(
    person: User, client: Client, steps: int, accepted: bool
) -> None:
    TOTP.activate(person, SEED)
    sign_in(client, person.email)
    code = format_hotp_value(hotp_value(SEED, int(time.time()) // 30 + steps))
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert (client.get("/console/projects/").status_code == 200) is accepted
