"""A code of an authenticator app opens one door once, for as long as it is valid."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.allauth_internals import TOTP, RecoveryCodes, format_hotp_value, hotp_value
from accounts.models import User
from tests.accounts.signing_in import SEED, code, sign_in
from tests.doors import signed_in
from tests.makers import give_password

NOW = 1_700_000_010.0  # ten seconds into a period
PERIOD = 30


@pytest.fixture
def at() -> Callable[[float], mock._patch[mock.MagicMock]]:
    return lambda seconds: mock.patch(
        "allauth.mfa.totp.internal.auth.time.time", return_value=NOW + seconds
    )


def code_at(seconds: float, seed: str = SEED) -> str:
    return str(format_hotp_value(hotp_value(seed, int(NOW + seconds) // PERIOD)))


def opens(person: User, typed: str) -> bool:
    browser = Client()
    sign_in(browser, person.email)
    browser.post("/accounts/2fa/authenticate/", {"code": typed})
    return browser.get("/console/projects/").status_code == 200


@pytest.mark.django_db
class TestOnce:
    @pytest.mark.parametrize("later", [0, 20, 31, 45, 49])
    def test_a_code_is_not_taken_again_while_it_is_valid(
        self, person: User, at: Callable[..., mock._patch[mock.MagicMock]], later: int
    ) -> None:
        TOTP.activate(person, SEED)
        with at(0):
            assert opens(person, code_at(0))
        cache.clear()  # whatever becomes of the cache
        with at(later):
            assert not opens(person, code_at(0))

    def test_nor_is_an_older_code_after_a_newer_one(
        self, person: User, at: Callable[..., mock._patch[mock.MagicMock]]
    ) -> None:
        TOTP.activate(person, SEED)
        with at(0):
            assert opens(person, code_at(PERIOD))
            assert not opens(person, code_at(0))
            assert not opens(person, code_at(-PERIOD))
        with at(PERIOD):
            assert not opens(person, code_at(PERIOD))
            assert opens(person, code_at(2 * PERIOD))

    def test_however_it_is_spelled(
        self, person: User, at: Callable[..., mock._patch[mock.MagicMock]]
    ) -> None:
        TOTP.activate(person, SEED)
        with at(0):
            typed = code_at(0)
            assert opens(person, typed)
            assert not opens(person, f" {typed[:3]} {typed[3:]} ")
            assert not opens(person, f"{typed[:3]}-{typed[3:]}")

    def test_the_code_of_the_sign_in_does_not_confirm_a_later_step(
        self, person: User, at: Callable[..., mock._patch[mock.MagicMock]]
    ) -> None:
        TOTP.activate(person, SEED)
        browser = signed_in(person, age=301)
        with at(0):
            assert opens(person, code_at(0))
        with at(PERIOD + 1):
            page = "/accounts/2fa/reauthenticate/?next=/console/"
            assert browser.post(page, {"code": code_at(0)}).status_code == 200
            assert browser.post(page, {"code": code_at(PERIOD)}).status_code == 302

    def test_the_code_of_the_enrolment_does_not_open_the_account(self, person: User) -> None:
        browser = signed_in(person)
        browser.get("/accounts/2fa/totp/activate/")
        seed = browser.session["mfa.totp.secret"]
        moment = time.time()
        with mock.patch("allauth.mfa.totp.internal.auth.time.time", return_value=moment):
            typed = str(format_hotp_value(hotp_value(seed, int(moment) // PERIOD)))
            answer = browser.post("/accounts/2fa/totp/activate/", {"code": typed})
            assert answer.status_code == 302
            assert not opens(person, typed)
        later = moment + PERIOD
        with mock.patch("allauth.mfa.totp.internal.auth.time.time", return_value=later):
            assert not opens(person, typed)
            assert opens(person, str(format_hotp_value(hotp_value(seed, int(later) // PERIOD))))

    def test_what_is_remembered_is_no_code(self, person: User) -> None:
        TOTP.activate(person, SEED)
        typed = code()
        assert opens(person, typed)
        assert typed not in repr(Authenticator.objects.values().get())

    def test_a_removed_app_opens_nothing(self, person: User) -> None:
        app = TOTP.activate(person, SEED)
        Authenticator.objects.all().delete()
        assert not app.validate_code(code())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_who_send_a_code_at_once_one_is_let_in(kind: str) -> None:
    person = give_password(User.objects.create_user("owner@example.com"))
    app = TOTP.activate(person, SEED)
    codes = RecoveryCodes.activate(person)
    typed = code() if kind == "app" else codes.get_unused_codes()[0]
    pk = app.instance.pk if kind == "app" else codes.instance.pk
    found: list[bool] = []
    line = threading.Barrier(4)

    def send() -> None:
        stored = Authenticator.objects.get(pk=pk)
        line.wait()
        found.append(stored.wrap().validate_code(typed))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, False, True]
