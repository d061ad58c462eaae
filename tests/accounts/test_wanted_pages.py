"""Whoever opens a page signed out is led to it, whichever way they come in."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from accounts.allauth_internals import TOTP, RecoveryCodes
from accounts.models import User
from accounts.wanted import WANTED
from tests.accounts.signing_in import SEED, code, sign_in
from tests.doors import Response, signed_in
from tests.mailbox import mailbox
from tests.makers import PASSWORD

PAGE = "/console/projects/new/"
SIGN_IN = "/accounts/login/"
RESET = "/accounts/password/reset/"
PASSKEY = "/accounts/2fa/webauthn/login/"
NEW = "another good long password"
ELSEWHERE = [
    "https://elsewhere.example/",
    "//elsewhere.example/console/",
    "/\\elsewhere.example",
    "javascript:alert(1)",
    "http://friend.example/console/",  # a name that ALLOWED_HOSTS has, and not the one asked
    "\t//elsewhere.example",
]


def sent_to_sign_in(browser: Client, page: str = PAGE) -> str:
    """Open a page signed out; return the sign-in page that it leads to."""
    address = browser.get(page).headers["Location"]
    assert address == f"{SIGN_IN}?next={quote(page)}"
    return address


def fill_in(browser: Client, page: str, **typed: str) -> Response:
    """Send the page's form with what it holds already, as a browser does."""
    html = browser.get(page).content.decode()
    forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
    form = next(one for one in forms if f'name="{next(iter(typed))}"' in one)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    return browser.post(action[1], {**hidden, **typed})


def link_to(page: str, html: str) -> str:
    """Return the link to that page, as it stands in another."""
    found = re.search(rf'href="({page}[^"]*)"', html)
    assert found is not None
    return found[1]


def with_password(browser: Client, page: str, person: User, password: str = PASSWORD) -> Response:
    return fill_in(browser, page, login=person.email, password=password)


@pytest.mark.django_db
class TestWaysIn:
    def test_a_password(self, person: User, client: Client) -> None:
        answer = with_password(client, sent_to_sign_in(client), person)
        assert answer.headers["Location"] == PAGE

    def test_a_password_typed_wrong_first(self, person: User, client: Client) -> None:
        page = sent_to_sign_in(client)
        html = with_password(client, page, person, "wrong").content.decode()
        assert f'name="next" value="{PAGE}"' in html
        assert with_password(client, page, person).headers["Location"] == PAGE

    @pytest.mark.parametrize("factor", ["app", "recovery code"])
    def test_and_a_second_factor(self, person: User, client: Client, factor: str) -> None:
        TOTP.activate(person, SEED)
        codes = RecoveryCodes.activate(person).get_unused_codes()
        answer = with_password(client, sent_to_sign_in(client), person)
        assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
        typed = code() if factor == "app" else codes[0]
        answer = fill_in(client, answer.headers["Location"], code=typed)
        assert answer.headers["Location"] == PAGE
        assert WANTED not in client.session

    def test_a_second_factor_that_was_cancelled(self, person: User, client: Client) -> None:
        TOTP.activate(person, SEED)
        with_password(client, sent_to_sign_in(client), person)
        html = client.get("/accounts/2fa/authenticate/").content.decode()
        again = f"{SIGN_IN}?next={PAGE}"
        assert f'value="{again.replace(PAGE, quote(PAGE, safe=""))}"' in html
        answer = client.post("/accounts/logout/", {"next": again})
        assert answer.headers["Location"] == again
        assert client.get(again).status_code == 200

    def test_a_passkey_that_was_refused(self, client: Client) -> None:
        html = client.get(sent_to_sign_in(client)).content.decode()
        form = re.search(r'<form id="mfa_login".*?</form>', html, re.DOTALL)
        assert form is not None
        assert f'name="next" value="{PAGE}"' in form[0]
        answer = client.post(PASSKEY, {"credential": "{}", "next": PAGE})
        assert answer.headers["Location"] == f"{SIGN_IN}?next={quote(PAGE, safe='')}"

    def test_a_passkeys_address_opened_by_itself(self, client: Client) -> None:
        answer = client.get(PASSKEY, {"next": PAGE})
        assert answer.headers["Location"] == f"{SIGN_IN}?next={quote(PAGE, safe='')}"
        assert client.get(PASSKEY).headers["Location"] == SIGN_IN

    def test_a_new_password(self, person: User, client: Client) -> None:
        html = client.get(sent_to_sign_in(client)).content.decode()
        answer = fill_in(client, link_to(RESET, html), email=person.email)
        done = answer.headers["Location"]
        assert done.startswith(f"{RESET}done/?next=")
        assert link_to(SIGN_IN, client.get(done).content.decode()).endswith(quote(PAGE, safe=""))
        (message,) = mailbox()
        link = next(word for word in message.body.split() if "/password/reset/key/" in word)
        form = client.get(urlsplit(link).path).headers["Location"]
        answer = fill_in(client, form, password1=NEW, password2=NEW)
        page = client.get(answer.headers["Location"]).content.decode()
        answer = with_password(client, link_to(SIGN_IN, page), person, NEW)
        assert answer.headers["Location"] == PAGE
        assert WANTED not in client.session

    def test_an_address_that_had_to_be_confirmed(self, person: User, client: Client) -> None:
        EmailAddress.objects.update(verified=False)
        answer = with_password(client, sent_to_sign_in(client), person)
        assert answer.headers["Location"] == "/accounts/confirm-email/"
        (message,) = mailbox()
        link = next(word for word in message.body.split() if "/confirm-email/" in word)
        answer = client.post(urlsplit(link).path)
        assert answer.headers["Location"] == SIGN_IN
        assert with_password(client, SIGN_IN, person).headers["Location"] == PAGE

    def test_whoever_is_signed_in_already_is_led_there_at_once(self, person: User) -> None:
        for page in (SIGN_IN, PASSKEY):
            answer = signed_in(person).get(page, {"next": PAGE})
            assert answer.headers["Location"] == PAGE

    def test_without_a_page_the_console_opens(self, person: User, client: Client) -> None:
        assert sign_in(client, person.email).headers["Location"] == "/console/"


@pytest.mark.django_db
class TestElsewhere:
    """Nobody is led to another's page by the way in."""

    @pytest.fixture(autouse=True)
    def friend(self, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "friend.example", ".example"]
        settings.CSRF_TRUSTED_ORIGINS = ["http://friend.example"]

    @pytest.mark.parametrize("page", ELSEWHERE)
    def test_a_password(self, person: User, client: Client, page: str) -> None:
        typed = {"login": person.email, "password": PASSWORD, "next": page}
        assert client.post(SIGN_IN, typed).headers["Location"] == "/console/"

    @pytest.mark.parametrize("page", ELSEWHERE)
    def test_a_second_factor(self, person: User, client: Client, page: str) -> None:
        TOTP.activate(person, SEED)
        client.post(SIGN_IN, {"login": person.email, "password": PASSWORD, "next": page})
        answer = client.post("/accounts/2fa/authenticate/", {"code": code(), "next": page})
        assert answer.headers["Location"] == "/console/"
        assert Authenticator.objects.filter(user=person).exists()

    @pytest.mark.parametrize("page", ELSEWHERE)
    def test_a_refused_passkey(self, client: Client, page: str) -> None:
        answer = client.post(PASSKEY, {"credential": "{}", "next": page})
        assert answer.headers["Location"] == SIGN_IN

    @pytest.mark.parametrize("page", ELSEWHERE)
    def test_a_new_password(self, person: User, client: Client, page: str) -> None:
        answer = client.post(RESET, {"email": person.email, "next": page})
        assert answer.headers["Location"] == f"{RESET}done/"
        assert WANTED not in client.session

    def test_the_same_name_is_ours(self, person: User, client: Client) -> None:
        page = f"http://testserver{PAGE}"
        typed = {"login": person.email, "password": PASSWORD, "next": page}
        assert client.post(SIGN_IN, typed).headers["Location"] == page


@pytest.mark.django_db
class TestWhatTheSessionKeeps:
    """An end user's id in an address would outlive their erasure, so it is kept nowhere."""

    @pytest.mark.parametrize(
        ("page", "kept"),
        [
            ("/console/projects/?page=2", "/console/projects/"),
            ("http://testserver/console/projects/", "/console/projects/"),
            ("http://testserver//elsewhere.example/", None),
            ("?page=2", None),
            ("/console/projects/1/test/people/file/?user_id=user_1", None),
            ("/console/projects/1/test/people/file/?user_id=", None),
        ],
    )
    def test_a_page_is_kept_without_its_query(
        self, client: Client, page: str, kept: str | None
    ) -> None:
        client.post(RESET, {"email": "nobody@example.com", "next": page})
        assert client.session.get(WANTED) == kept
