"""Signing in, and signing in again before something that matters."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import AuditEvent, User
from tests.accounts.signing_in import sign_in
from tests.console.key_pages import FULL
from tests.doors import signed_in
from tests.mailbox import mailbox
from tests.makers import PASSWORD, make_key


@pytest.mark.django_db
class TestSigningIn:
    def test_an_account_that_an_operator_opened_can_sign_in(
        self, person: User, client: Client
    ) -> None:
        assert EmailAddress.objects.get(user=person).verified
        assert sign_in(client, "OWNER@example.com").headers["Location"] == "/console/"

    @pytest.mark.parametrize("field", ["email", "password"])
    def test_nobody_is_told_what_was_wrong(self, person: User, client: Client, field: str) -> None:
        typed = {"email": person.email, "password": PASSWORD, field: "wrong@example.com"}
        page = sign_in(client, typed["email"], typed["password"]).content.decode()
        assert "E-mail address and password do not fit together." in page

    def test_a_switched_off_account_cannot_sign_in(self, person: User, client: Client) -> None:
        User.objects.update(is_active=False)
        sign_in(client, person.email)
        assert client.get("/console/projects/").status_code == 302

    def test_switching_it_off_ends_its_sessions_with_the_next_request(self, person: User) -> None:
        browser = signed_in(person)
        assert browser.get("/console/projects/").status_code == 200
        User.objects.update(is_active=False)
        assert browser.get("/console/projects/").status_code == 302

    def test_a_change_of_password_signs_other_sessions_out(self, person: User) -> None:
        here, there = signed_in(person), signed_in(person)
        new = "another good long password"
        body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        here.post("/accounts/password/change/", body)
        assert here.get("/console/projects/").status_code == 200
        assert there.get("/console/projects/").status_code == 302

    def test_a_forgotten_password_is_reset_by_mail(self, person: User, client: Client) -> None:
        client.post("/accounts/password/reset/", {"email": person.email})
        (message,) = mailbox()
        assert message.page
        link = next(word for word in message.body.split() if "/password/reset/key/" in word)
        page = client.get(urlsplit(link).path, follow=True)
        new = "another good long password"
        client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
        assert sign_in(Client(), person.email, new).headers["Location"] == "/console/"
        assert sign_in(Client(), person.email, PASSWORD).status_code == 200


@pytest.mark.django_db
class TestReauthentication:
    """A fresh sign-in is enough and an old one is not; a session's id changes with its rights."""

    def page(self, person: User) -> str:
        return f"/console/projects/{person.projects.get().pk}/test/keys/new/"

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

    @pytest.mark.parametrize("verb", ["rotate", "delete"])
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
def test_a_form_that_was_sent_too_late_is_not_lost(person: User) -> None:
    """The form waits for the password, and then makes its one key, shown in that answer."""
    browser = signed_in(person, age=301)
    page = f"/console/projects/{person.projects.get().pk}/test/keys/new/"
    body = {**FULL, "name": "Late"}
    url = browser.post(page, body).headers["Location"]
    answer = browser.post(url, {"password": PASSWORD})
    assert answer.status_code == 200
    assert "sk_test_" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    key = person.projects.get().api_keys.get()
    assert key.name == "Late"
    assert key.current_secret().last_four in answer.content.decode()
    assert AuditEvent.objects.get(event_type="KEY_CREATE").request_id
