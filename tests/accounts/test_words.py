"""Pages about signing in and about accounts speak one language: ours, not the library's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.allauth_internals import TOTP, RecoveryCodes
from accounts.models import User
from config.environment import BASE_DIR
from tests.accounts.invited import invite
from tests.accounts.signing_in import SEED, sign_in
from tests.doors import signed_in

PUBLIC = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/unknown/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/a-b/",
    "/accounts/password/reset/key/done/",
]
OWN = [
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/reauthenticate/",
    "/accounts/sessions/",
    "/console/account/",
    "/console/account/mail/",
    "/console/account/close/",
    "/console/projects/",
    "/console/projects/new/",
]
FOREIGN = re.compile(
    r"\b[Ee]mails?\b|[Ss]ecurity [Kk]ey|[Tt]wo-[Ff]actor|[Pp]asswordless|[Oo]ops"
    r"|Master key|Re-?authenticate|Nothing was saved|[a-z]!(?=\s|$)"
)
TITLE_CASE = re.compile(r"^[A-Z][a-z]+ (?:[a-z]+ )*[A-Z][a-z]+")
NAMES = ("Memory Scope", "Default project", "Safari", "API")


def words_of(page: str) -> str:
    """Return what a person reads of a page: no markup, no script, no value of a field."""
    page = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def assert_ours(page: str) -> None:
    found = FOREIGN.findall(words_of(page))
    assert found == []
    seen = re.sub(r'<span class="hidden">.*?</span>', "", page, flags=re.DOTALL)
    for label in re.findall(r"<(?:h1|h2|label|button)\b[^>]*>(.*?)</", seen, flags=re.DOTALL):
        words = words_of(label)
        for name in NAMES:
            words = words.replace(name, name.lower())
        assert not TITLE_CASE.match(words), words


def add_passkey(user: User) -> Authenticator:
    data = {"name": "Laptop", "passwordless": True, "credential": {}}
    return Authenticator.objects.create(user=user, type="webauthn", data=data)


@pytest.mark.django_db
class TestWords:
    @pytest.mark.parametrize("path", PUBLIC)
    def test_of_the_doors(self, path: str, client: Client) -> None:
        assert_ours(client.get(path).content.decode())

    @pytest.mark.parametrize("path", OWN)
    @pytest.mark.parametrize("protected", [True, False])
    def test_of_the_account(self, path: str, person: User, protected: bool) -> None:
        if protected:
            TOTP.activate(person, SEED)
            RecoveryCodes.activate(person)
            if "webauthn/" not in path:  # which asks the device for it
                add_passkey(person)
            EmailAddress.objects.create(user=person, email="new@example.com")
        assert_ours(signed_in(person, second_factor=True).get(path).content.decode())

    def test_of_forms_that_were_refused(self, person: User) -> None:
        browser = signed_in(person)
        for path, body in (
            ("/accounts/email/", {"action_add": "", "email": "no"}),
            ("/accounts/email/", {"action_add": "", "email": person.email}),
            (
                "/accounts/password/change/",
                {"oldpassword": "no", "password1": "1", "password2": ""},
            ),
            ("/accounts/reauthenticate/", {"password": "no"}),
            ("/accounts/2fa/totp/activate/", {"code": "no"}),
        ):
            page = browser.post(path, body).content.decode()
            assert 'role="alert"' in page, path
            assert_ours(page)

    def test_of_a_wrong_sign_in(self, person: User, client: Client) -> None:
        for email in (person.email, "nobody@example.com"):
            page = sign_in(client, email, "wrong").content.decode()
            assert "E-mail address and password do not fit together." in words_of(page)
            assert_ours(page)

    def test_of_the_second_step(self, person: User, client: Client) -> None:
        TOTP.activate(person, SEED)
        RecoveryCodes.activate(person)
        sign_in(client, person.email)
        page = client.get("/accounts/2fa/authenticate/").content.decode()
        assert "recovery codes" in page
        assert "Use a passkey" not in page
        assert_ours(page)
        wrong = client.post("/accounts/2fa/authenticate/", {"code": "123"}).content.decode()
        assert "This code does not fit" in wrong
        assert_ours(wrong)

    def test_of_an_invitation(self, client: Client) -> None:
        page = client.get(invite(), follow=True).content.decode()
        assert "Create your account" in page
        assert_ours(page)

    def test_of_a_new_password(self, person: User, client: Client) -> None:
        key = default_token_generator.make_token(person)
        link = f"/accounts/password/reset/key/{user_pk_to_url_str(person)}-{key}/"
        page = client.get(link, follow=True)
        assert_ours(page.content.decode())
        new = {"password1": "another good long password", "password2": "another good long password"}
        done = client.post(page.redirect_chain[-1][0], new, follow=True).content.decode()
        assert 'href="/accounts/login/"' in done
        assert_ours(done)


@pytest.mark.django_db
class TestRecoveryCodes:
    def test_they_are_shown_once_to_copy_and_to_download(self, person: User) -> None:
        TOTP.activate(person, SEED)
        browser = signed_in(person, second_factor=True)
        asked = browser.get("/accounts/2fa/recovery-codes/generate/").content.decode()
        assert "Make new recovery codes?" in asked
        page = browser.post("/accounts/2fa/recovery-codes/generate/", follow=True).content.decode()
        shown = re.search(r"<textarea[^>]*>([^<]*)</textarea>", page)
        assert shown is not None
        codes = shown[1].split()
        assert len(codes) == 10
        assert 'data-copy="recovery_codes"' in page
        saved = re.search(r'download="[^"]*" href="data:text/plain;charset=utf-8,([^"]*)"', page)
        assert saved is not None
        assert saved[1].split("%0A")[:-1] == codes
        assert codes[0] not in browser.get("/accounts/2fa/recovery-codes/").content.decode()


@pytest.mark.django_db
class TestPasskeys:
    @pytest.mark.parametrize(
        ("host", "words"),
        [
            ("127.0.0.1:8000", "http://localhost:8000/accounts/2fa/webauthn/add/"),
            ("192.0.2.1", "by the service's own name"),
            ("testserver", ""),
        ],
    )
    def test_the_page_says_where_they_do_not_work(
        self, person: User, host: str, words: str, settings: object
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
        page = signed_in(person).get("/accounts/2fa/webauthn/add/", HTTP_HOST=host)
        assert ("Passkeys do not work at an IP address" in page.content.decode()) is bool(words)
        assert words in page.content.decode().replace("&#x27;", "'")

    def test_a_button_that_needs_a_script_is_hidden_without_one(self, client: Client) -> None:
        page = client.get("/accounts/login/").content.decode()
        button = re.search(r"<button[^>]*passkey_login[^>]*>", page)
        assert button is not None
        assert " hidden" in button[0]
        assert "[data-passkey]" in Path(BASE_DIR, "static/js/passkeys.js").read_text()
