"""Whatever a stranger or a thief typed, or their program sent, is text in a mail and no link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.template import Node, Template, engines
from django.template.base import VariableNode
from django.test import Client
from pytest_django import Settings

from accounts import invitations
from accounts.models import Project, User
from apikeys import leaks, services, tokens
from apikeys.models import ApiKey
from apikeys.notices import outbox
from foundation.mail_text import linked, paragraphs
from tests.apikeys.mailed import use
from tests.doors import signed_in
from tests.mailbox import Mail, mailbox
from tests.makers import BY, NOW, PASSWORD, make_key

OWN = ("http://localhost", "http://testserver", "http://127.0.0.1")
THIEF = "https://thief.example/login or mailto:me@thief.example www.thief.example\u202e"
LINK = re.compile(r"https?://[^\s<\"]+|mailto:|www\.")
# What templates say that nobody else typed.
OURS = {
    *("masked", "link", "choose", "queue", "docs_url", "days", "until", "kind", "count"),
    *("subject", "one.link", "one.label"),  # of a text whose own variables are looked at
    "operator",  # the proved address of one, in a mail to all of them
    *("change", "words", "line", "key.environment"),
    *("otherwise", "contact", "key.pk", "key.expires_at", "news", "one.when", "one.address"),
    *(f"details.{name}" for name in ("masked", "when", "who", "address", "ends_at")),
}
TEMPLATES = sorted(Path(__file__).parent.parent.joinpath("templates", "mail").iterdir())


def variables(node: Node | Template) -> Iterator[VariableNode]:
    yield from node.get_nodes_by_type(VariableNode)  # type: ignore[union-attr, misc]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_shows_what_is_not_ours_as_text(path: Path) -> None:
    """A new variable is either listed above, or has the filter `typed`."""
    template = engines["django"].from_string(path.read_text()).template  # type: ignore[attr-defined]
    for one in variables(template.nodelist):
        expression = one.filter_expression
        filters = [found.__name__ for found, _ in expression.filters]
        inert = filters[-1:] == ["typed"] or "linked" in filters
        assert inert or str(expression.var) in OURS, f"{path.name}: {expression.token}"


def test_a_page_links_the_named_addresses_alone() -> None:
    text = "see http://a/x/, http://a/x http://a/xy http://b <b> anna@a.example\nhttp://a/x/"
    drawn = linked(text, {"http://a/x", "http://a/x/"})
    assert re.findall(r'<a href="([^"]*)">', drawn) == ["http://a/x/", "http://a/x", "http://a/x/"]
    assert "&lt;b&gt;" in drawn


def assert_inert(mails: list[Mail]) -> None:
    """Find no link in a mail but to this service."""
    assert mails
    for one in mails:
        for words in (one.subject, one.body, one.page):
            foreign = [link for link in LINK.findall(words) if not link.startswith(OWN)]
            assert foreign == [], words
            assert "thief.example" not in words
            assert "\u202e" not in words


@pytest.mark.django_db
class TestMails:
    def test_about_keys(self, owner: User, project: Project) -> None:
        Project.objects.filter(pk=project.pk).update(name=THIEF)
        key, first = make_key(project, "Key", expires_at=NOW + timedelta(days=30))
        ApiKey.objects.filter(pk=key.pk).update(name=THIEF[:49])
        use(key.pk, "203.0.113.9", at=NOW + timedelta(days=2), agent="curl/8")
        use(key.pk, "203.0.113.10", at=NOW + timedelta(days=2), agent=THIEF[:-1])
        outbox.record_expiries(at=NOW + timedelta(days=25))
        services.rotate_key(
            key=key, last_four=tokens.last_four(first), grace=timedelta(days=9), at=NOW, by=BY
        )
        leaks.end_leaked(plaintexts=[first], at=NOW, url="https://thief.example/", by=BY)
        key.refresh_from_db()
        services.delete_key(key=key, at=NOW, by=BY)
        outbox.send_waiting(at=NOW + timedelta(days=29))
        mails = mailbox()
        assert_inert(mails)
        words = " ".join(one.body for one in mails)
        assert "https[://]thief[.]example/login" in words
        assert "mailto[:]me[@]thief[.]example" in words

    def test_about_passwords_and_addresses(self, person: User, settings: Settings) -> None:
        browser = signed_in(person)
        browser.defaults["HTTP_USER_AGENT"] = THIEF[:-1]
        form = {
            "oldpassword": PASSWORD,
            "password1": "another long password",
            "password2": "another long password",
        }
        browser.post("/accounts/password/change/", form)
        browser.post("/accounts/password/reset/", {"email": person.email})
        browser.post("/accounts/email/", {"action_add": "", "email": "www.x@other.example"})
        mails = mailbox()
        assert len(mails) >= 3
        assert_inert(mails)
        words = " ".join(one.body for one in mails)
        assert "Browser: https[://]thief[.]example/login" in words
        # Whoever is asked to confirm an address reads nothing that the asker chose.
        (confirming,) = [one for one in mails if one.to == ["www.x@other.example"]]
        assert "owner" not in confirming.body
        assert confirming.page.count("<a ") == 1

    def test_about_requests_for_access(self, client: Client, settings: Settings) -> None:
        settings.OPERATORS_EMAIL = "operators@example.com"
        form = {"email": "guest@example.com", "name": THIEF[:-1], "plans": "x"}
        client.post("/request-access/", form)
        invitations.invite(email="guest@example.com", by=None, at=NOW)
        assert len(mail.outbox) == 3
        assert_inert(mailbox())


def test_a_line_and_a_link_below_it_are_a_button() -> None:
    text = (
        "Hello,\nthere.\n\nSign in:\nhttp://a/x\n\nhttp://b:\nhttp://c\n\nFrom: here\nWhen: now\n"
    )
    drawn = paragraphs(text, {"http://a/x"})
    assert [(one.words, one.label, one.link) for one in drawn] == [
        ("Hello, there.", "", ""),
        ("", "Sign in", "http://a/x"),
        ("http://b: http://c", "", ""),
        ("From: here\nWhen: now", "", ""),
    ]
