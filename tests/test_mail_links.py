"""Links in mails lead to SITE_URL, whatever host a request named: its sender chose that one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.utils import build_absolute_uri
from django.core import mail
from django.test import Client, RequestFactory
from django.test.signals import template_rendered
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts import invitations
from accounts.allauth_internals import TOTP
from accounts.models import AccessRequest, Project, User
from apikeys import plain_http, rights
from apikeys.maintenance import maintain
from config.environment import BASE_DIR
from proof import posting, sealing
from tests.accounts.invited import GUEST, invite, sign_up
from tests.accounts.signing_in import SEED, code
from tests.apikeys import drifting
from tests.apikeys.mailed import use
from tests.doors import Api, signed_in
from tests.mailbox import mailbox
from tests.makers import BY, PASSWORD, make_key, make_owner

SITE = "https://memory.example"
FOREIGN = "thief.example:6666"
NEW = "another good long password"
ALLAUTH = Path(allauth.__file__).parent / "templates"
# What allauth could mail, and what its settings here leave out: codes by mail, unknown accounts.
ALLAUTHS = sorted(
    str(file.relative_to(ALLAUTH)).removesuffix("_message.txt")
    for app in ("account", "mfa")
    for file in ALLAUTH.glob(f"{app}/email/*_message.txt")
    if file.name != "base_message.txt"
)
NEVER_SENT = {
    f"account/email/{name}" for name in ("login_code", "password_reset_code", "unknown_account")
}
OURS = {f"mail/{file.name}" for file in (BASE_DIR / "templates" / "mail").glob("*.txt")}


@pytest.fixture(autouse=True)
def foreign(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every request name another host, as whoever sends it can, and proxies let it pass."""
    settings.SITE_URL = SITE
    settings.ALLOWED_HOSTS = ["*"]
    settings.OPERATORS_EMAIL = "operators@example.com"
    factory: Any = RequestFactory  # what a client is made from
    monkeypatch.setattr(factory, "_base_environ", _named_by(factory._base_environ, FOREIGN))
    yield
    assert mail.outbox, "nothing was mailed"
    for message in mailbox():
        for text in (message.subject, message.body, message.page):
            assert "thief" not in text, message.subject
            assert ":6666" not in text, message.subject
            links = re.findall(r"https?://\w[^\s\"<]+", text)
            assert all(f"{link}/".startswith(f"{SITE}/") for link in links), links


def _named_by(base: Any, host: str) -> Any:
    def environ(factory: Any, **request: Any) -> Any:
        return {"HTTP_HOST": host, **base(factory, **request)}

    return environ


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """Collect the names of the templates that are drawn."""
    names: set[str] = set()

    def note(template: Any, **extra: Any) -> None:
        names.add(str(template.name))

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


def link(path: str) -> str:
    """Return the path of the link in the last mails that begins so."""
    for message in reversed(mailbox()):
        found = re.search(re.escape(SITE) + rf"({path}\S+)", message.body)
        if found:
            return found[1]
    raise AssertionError(f"No mail leads to {path}")


@pytest.mark.django_db
class TestWhatAllauthSends:
    @pytest.mark.parametrize("template", ALLAUTHS)
    def test_each_of_its_mails(self, person: User, template: str) -> None:
        request = RequestFactory().get("/")
        request.user = person
        with context.request_context(request):
            urls = {
                f"{name}_url": build_absolute_uri(request, f"/accounts/{name}/?a=b")
                for name in ("activate", "password_reset", "signup")
            }
            details = {"user": person, "ip": "192.0.2.1", "user_agent": "curl", "code": ""}
            get_adapter().send_mail(template, person.email, {**urls, **details})
        (message,) = mailbox()
        for url in re.findall(r"https?:[^\s\"<]+", message.body):
            assert url.endswith(("/?a=b", "/accounts/password/reset/"))
        if template not in NEVER_SENT:
            words = f"{message.subject}\n{message.body}"
            assert not re.search(r"Hello from|Thank you|\b[Ee]mails?\b|!", words), words

    def test_a_forgotten_password(self, person: User, client: Client) -> None:
        client.post("/accounts/password/reset/", {"email": person.email})
        page = client.get(link("/accounts/password/reset/key/"), follow=True)
        client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
        assert "password was changed" in mail.outbox[-1].subject
        browser = Client()
        browser.post("/accounts/login/", {"login": person.email, "password": NEW})
        body = {"oldpassword": NEW, "password1": PASSWORD, "password2": PASSWORD}
        browser.post("/accounts/password/change/", body)
        assert "password was changed" in mail.outbox[-1].subject

    def test_another_port_of_our_own_host(self, person: User, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = ["memory.example"]
        body = {"email": person.email}
        Client().post("/accounts/password/reset/", body, HTTP_HOST="memory.example:6666")
        assert link("/accounts/password/reset/key/")

    def test_another_address_for_the_account(self, person: User) -> None:
        browser = signed_in(person)
        body = {"email": "new@example.com", "action_add": ""}
        browser.post("/accounts/email/", body)
        browser.post(link("/accounts/confirm-email/"))
        assert [message.to for message in mail.outbox] == [["new@example.com"], [person.email]]
        person.refresh_from_db()
        assert person.email == "new@example.com"

    def test_an_address_that_has_an_account(self, stranger: User, person: User) -> None:
        body = {"email": stranger.email, "action_add": ""}
        signed_in(person).post("/accounts/email/", body)
        (message,) = mailbox()
        assert message.to == [stranger.email]

    def test_an_invited_address_that_got_an_account_meanwhile(self) -> None:
        followed = invite()
        make_owner(GUEST)
        sign_up(followed)
        assert "already have an account" in mail.outbox[-1].subject

    def test_a_second_factor(self, person: User) -> None:
        TOTP.activate(person, SEED)
        signed_in(person).post("/accounts/2fa/totp/deactivate/")
        assert "removed" in mail.outbox[-1].subject


@pytest.mark.django_db
def test_each_mail_of_our_own(
    person: User,
    project: Project,
    settings: Settings,
    rendered: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A template without a line here fails: whoever adds one sends it here."""
    now = timezone.now()
    monkeypatch.setattr("apikeys.notices.outbox.transaction.on_commit", lambda work: work())
    # The beta.
    Client().post("/request-access/", {"email": GUEST, "name": "Gue", "plans": "Something."})
    invitations.invite(email=GUEST, by=None, at=now)
    assert link("/invite/")
    # An operator.
    operator = User.objects.create_superuser("operator@example.com", PASSWORD)
    Client().post("/request-access/", {"email": "no@example.com", "name": "No", "plans": "X."})
    asked = AccessRequest.objects.get(email="no@example.com")
    invitations.decline(access_request=asked, by=operator, at=now, words="Not yet.")
    TOTP.activate(operator, SEED)
    body = {"action_add": "", "code": code()}
    signed_in(operator, second_factor=True).post("/accounts/2fa/totp/deactivate/", body)
    # Keys.
    browser = signed_in(person)
    made = {"name": "Made", "environment": "test", "preset": "full", "expires": "never"}
    browser.post(reverse("key_new", args=[project.pk, "test"]), made)
    key, plaintext = make_key(project, at=now - timedelta(days=30))
    rotated = {"grace": "24", "last_four": plaintext[-4:]}
    browser.post(reverse("key_rotate", args=[key.pk]), rotated)
    for address in ("192.0.2.1", "192.0.2.2"):  # nothing is told of a key's first
        use(key.pk, address, at=now)
    plain_http._told.clear()
    plain_http.tell_owner(plaintext, {"REMOTE_ADDR": "192.0.2.1", "HTTP_HOST": FOREIGN})
    browser.post(reverse("key_delete", args=[key.pk]), {"typed": key.name})
    leaked = make_key(project, "Leaked")[1]
    assert Api(None).post("/leaks", {"tokens": [leaked]}).json() == {"deleted": 1}
    short, _ = make_key(
        project, "Short", at=now - timedelta(days=30), expires_at=now + timedelta(days=9)
    )
    for days in (20, 6):
        end = now + timedelta(days=days)
        rights.change_expiry(key=short, expires_at=end, seen=short.expires_at, at=now, by=BY)
        short.expires_at = end
    drifted = make_key(project, "Drifted", at=now - timedelta(days=40))[0]
    drifting.four_weeks(drifted, until=now)
    drifting.use(drifted, now - timedelta(minutes=5), 30, scope="schedule")
    maintain(at=now)
    assert link("/console/keys/")
    # The account.
    browser.post(reverse("mail_choices"), {})
    browser.post(reverse("account_close"), {"typed": person.email})
    maintain(at=now)
    # The record.
    settings.SEALS_EMAIL = "seals@example.com"
    sealing.seal_since(None, at=now)
    assert posting.post(at=now) == 1
    assert {name for name in rendered if name in OURS} == OURS
