"""An address has one form: however somebody writes theirs, they are one person."""

from __future__ import annotations

import importlib
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AccessRequest, Invitation, User
from accounts.pasted import addresses_in
from foundation.mail_addresses import LONGEST, one_form, other_spelling
from tests.accounts.invited import invite, sign_up
from tests.doors import signed_in
from tests.makers import NOW, PASSWORD, give_password, make_owner

GRETA = "greta@xn--bcher-kva.example"
SPELLINGS = (
    *("greta@bücher.example", "Greta@BÜCHER.example", GRETA, GRETA.upper(), f" {GRETA}\n"),
    *("greta@bu\u0308cher.example", "greta@\uff42ücher\uff0eexample", "greta@bücher\u3002example"),
)
INVISIBLE = (
    *("gre\u200bta@bücher.example", "greta@b\u00adücher.example", "\ufeffgreta@bücher.example"),
    *("greta@bücher.example\u200e", "greta@b\u2060cher.example", "gr\u3164eta@example.com"),
    *("greta@b\u200dücher.example", "greta@exa\u200cmple.com", "\u202egreta@example.com"),
)
ASKED = {"name": "Greta", "plans": "A thing."}


class TestOneForm:
    @pytest.mark.parametrize("text", SPELLINGS)
    def test_it_is_in_lower_case_and_in_ascii(self, text: str) -> None:
        assert one_form(text) == GRETA
        assert one_form(one_form(text)) == GRETA

    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
            ("a@straße.example", "a@xn--strae-oqa.example"),  # as browsers go there today
            (
                "a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example",
                "a@xn--mgba3gch31f060k.example",
            ),
            ("a@xn--i-7iq.ws", "a@xn--i-7iq.ws"),  # a heart: not by today's standard, but there
            ("O'Brien+x@Example.com", "o'brien+x@example.com"),
        ],
    )
    def test_other_scripts(self, text: str, form: str) -> None:
        assert one_form(text) == form
        assert one_form(other_spelling(form)) == form if form != "a@xn--i-7iq.ws" else True

    @pytest.mark.parametrize("text", INVISIBLE)
    def test_what_cannot_be_seen_is_refused_and_named(self, text: str) -> None:
        with pytest.raises(ValidationError, match="an invisible character in this address"):
            one_form(text)

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("gre ta@example.com", "no blanks"),
            ("greta@exam\xa0ple.com", "no blanks"),
            ("grüße@example.com", "letters of English only"),
            ("greta@i❤.example", "begins with “xn--”"),
            ("greta@example.com" + "x" * LONGEST, "at most 254"),
            ('"you.won"@example.com', "valid e-mail address"),
            *((text, "valid e-mail address") for text in ("", "@", "x", "a@b", "a@b@c.example")),
        ],
    )
    def test_what_is_none_is_refused_with_a_sentence(self, text: str, sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence):
            one_form(text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", SPELLINGS)
class TestOnePerson:
    def test_signing_in(self, text: str, client: Client) -> None:
        give_password(make_owner(SPELLINGS[0]))
        answer = client.post("/accounts/login/", {"login": text, "password": PASSWORD})
        assert answer.headers["Location"] == "/console/"

    def test_asking_for_access(self, text: str, client: Client) -> None:
        for email in (SPELLINGS[0], text):
            client.post("/request-access/", {**ASKED, "email": email})
        assert AccessRequest.objects.get().email == GRETA
        assert [one.to for one in mail.outbox] == [[GRETA]]

    def test_being_invited_and_signing_up(self, text: str) -> None:
        invite(text)
        link = invite(SPELLINGS[0])
        assert Invitation.objects.get().email == GRETA
        answer = sign_up(link, email=text)[1]
        assert answer.headers["Location"] == "/console/"
        assert User.objects.get().email == EmailAddress.objects.get().email == GRETA

    def test_another_address(self, text: str, person: User) -> None:
        signed_in(person).post("/accounts/email/", {"email": text, "action_add": ""})
        assert mail.outbox[-1].to == [GRETA]
        assert EmailAddress.objects.filter(email=GRETA, user=person).exists()

    def test_a_forgotten_password(self, text: str, client: Client) -> None:
        give_password(make_owner(SPELLINGS[0]))
        client.post("/accounts/password/reset/", {"email": text})
        assert [one.to for one in mail.outbox] == [[GRETA]]

    def test_the_admin(self, text: str) -> None:
        desk = signed_in(User.objects.create_superuser("op@example.com"), second_factor=True)
        desk.post("/admin/accounts/user/add/", {"email": text})
        assert User.objects.filter(email=GRETA).exists()
        page = desk.post("/admin/accounts/user/add/", {"email": SPELLINGS[0]}).content.decode()
        assert "already an account" in page
        assert GRETA in desk.get("/admin/accounts/user/", {"q": text}).content.decode()

    def test_commands(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        out = StringIO()
        call_command("createkey", text, "--create-account", stdout=out, stderr=StringIO())
        call_command("createkey", SPELLINGS[0], stdout=out, stderr=StringIO())
        call_command("listkeys", text, stdout=out)
        assert out.getvalue().count(GRETA) == 2
        call_command("secondfactor", text, stdout=StringIO())
        monkeypatch.setattr("getpass.getpass", lambda prompt: "another good long password")
        call_command("changepassword", text, stdout=StringIO())
        assert User.objects.get().check_password("another good long password")
        with pytest.raises(CommandError, match="already has an account"):
            call_command("invite", text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", INVISIBLE)
def test_every_page_refuses_what_cannot_be_seen(text: str, person: User) -> None:
    desk = signed_in(User.objects.create_superuser("op@example.com"), second_factor=True)
    sent: list[tuple[Client, str, dict[str, Any]]] = [
        (Client(), "/accounts/login/", {"login": text, "password": PASSWORD}),
        (Client(), "/request-access/", {**ASKED, "email": text}),
        (Client(), "/accounts/password/reset/", {"email": text}),
        (signed_in(person), "/accounts/email/", {"email": text, "action_add": ""}),
        (desk, "/admin/accounts/user/add/", {"email": text}),
    ]
    for browser, page, form in sent:
        answer = browser.post(page, form)
        assert answer.status_code == 200
        assert "an invisible character in this address" in answer.content.decode(), page
    assert mail.outbox == []


class TestPasting:
    @pytest.mark.parametrize(
        "text",
        [
            "Anna Berg <anna@example.com>; Boris <b@example.com>",
            "Anna Berg <anna@example.com>, Boris <b@example.com>\n",
            "Anna Berg <anna@example.com>\r\nBoris <b@example.com>",
            "Anna Berg <anna@example.com> Boris <b@example.com>",
            '"Berg, Anna" <anna@example.com>, "b@work.example" <b@example.com>',
            "Berg, Anna <anna@example.com>, O'Neill, Boris <b@example.com>",
            "anna@work.example <anna@example.com>; 李, 娜 <b@example.com>",
            "anna@example.com,b@example.com",
            "anna@example.com b@example.com;;\n\n anna@example.com",
            "anna@example.com\tb@example.com",
            "- anna@example.com\n• b@example.com.",
            "<mailto:anna@example.com>\uff0cMAILTO:B@example.com\uff1b",
            "(anna@example.com) | 'b@example.com'",
            "anna@example.com Boris <b@example.com>",
        ],
    )
    def test_any_usual_list_is_read(self, text: str) -> None:
        assert addresses_in(text) == (["anna@example.com", "b@example.com"], [])

    @pytest.mark.parametrize(
        ("text", "bad"),
        [
            ("anna@example.com, b", ["b"]),
            ("not-one, Anna <anna@example.com>", ["not-one"]),
            ("nobody; Anna <anna@example.com>; Boris <b@>", ["nobody", "b@"]),
            ("Anna <anna@example.com>; Boris <>", ["<>"]),
            ("Boris <b@example; anna@example.com", ["Boris", "b@example"]),
            (
                "b@@example.com anna@example.com b\u200b@example.com",
                ["b@@example.com", "b\u200b@example.com"],
            ),
        ],
    )
    def test_what_is_none_is_named(self, text: str, bad: list[str]) -> None:
        assert addresses_in(text) == (["anna@example.com"], bad)

    def test_one_form_counts_once(self) -> None:
        assert addresses_in(" ".join(SPELLINGS)) == ([GRETA], [])

    @pytest.mark.django_db
    def test_nor_does_a_request_from_before(self) -> None:
        """It was stored with an address that is none today."""
        desk = signed_in(User.objects.create_superuser("op@example.com"), second_factor=True)
        rows = [
            AccessRequest.objects.create(email=email, name="x", plans="x")
            for email in ('"you won"@example.com', "bo@x.example")
        ]
        chosen = {"action": "invite", "_selected_action": [str(row.pk) for row in rows]}
        page = desk.post("/admin/accounts/accessrequest/", chosen, follow=True).content.decode()
        assert "Invited 1." in page
        assert "no blanks" in page

    @pytest.mark.django_db
    def test_a_bad_one_stops_nobody_elses_invitation(self, owner: User) -> None:
        desk = signed_in(User.objects.create_superuser("op@example.com"), second_factor=True)
        pasted = (
            f"Greta <greta@bücher.example>; b\u202e@x; {owner.email}; <script>; Bo <bo@x.example>"
        )
        page = desk.post("/admin/accounts/invitation/add/", {"addresses": pasted}, follow=True)
        text = page.content.decode()
        assert "Invited 2." in text
        assert "Not an e-mail address: b[U+202E]@x, script." in text
        assert "wner@example.com already has an account" in text
        invited = Invitation.objects.order_by("email").values_list("email", flat=True)
        assert list(invited) == ["bo@x.example", GRETA]


@pytest.mark.django_db
class TestAddressesFromBefore:
    """They were stored as they were written."""

    def migrate(self) -> None:
        name = "accounts.migrations.0010_one_form_of_addresses"
        importlib.import_module(name).give_one_form(apps, None)

    def person(self, email: str) -> User:
        user = give_password(make_owner(f"{len(email)}@example.com"))
        User.objects.filter(pk=user.pk).update(email=email)
        EmailAddress.objects.filter(user=user).update(email=email)
        return user

    def test_they_get_their_form(self, client: Client) -> None:
        user = self.person("greta@bücher.example")
        old = {"name": "x", "plans": "x", "email": "greta@bücher.example"}
        AccessRequest.objects.create(**old)
        self.migrate()
        user.refresh_from_db()
        assert user.email == EmailAddress.objects.get(user=user).email == GRETA
        assert AccessRequest.objects.get().email == GRETA
        self.migrate()

    def test_where_mails_went_elsewhere_the_address_stays_theirs(self) -> None:
        """The older standard sent the mail of `straße` to `strasse`, whose owner proved it."""
        user = self.person("a@straße.example")
        self.migrate()
        user.refresh_from_db()
        assert user.email == "a@strasse.example"

    def test_a_clash_stops_nothing_and_locks_nobody_out(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        one, other = self.person(GRETA), self.person("greta@bücher.example")
        other.set_password("another good long password")
        other.save(update_fields=["password"])
        for email in (GRETA, "greta@bücher.example"):
            AccessRequest.objects.create(name="x", plans="x", email=email)
            Invitation.objects.create(
                email=email,
                token_digest=email.encode()[:32],
                sent_at=NOW,
                expires_at=timezone.now() + timedelta(days=3650),
            )
        self.migrate()
        assert "3 addresses stay as they are" in caplog.text
        assert AccessRequest.objects.count() == 2
        assert Invitation.objects.filter(email=GRETA).count() == 2
        assert Invitation.objects.open().count() == 1
        for person, password in ((one, PASSWORD), (other, "another good long password")):
            browser = Client()
            login = {"login": "greta@bücher.example", "password": password}
            assert browser.post("/accounts/login/", login).headers["Location"] == "/console/"
            assert browser.session["_auth_user_id"] == str(person.pk)
