"""Whatever a person typed is gone from every table when their account is erased.

Each thing that is typed has a word of its own. They are looked for in a dump of all tables: before
the erasure each must be there, so that looking for it proves something, and after it none may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone
from pytest_django import Settings

from accounts import invitations, resets
from accounts.models import AccessRequest, AuditEvent, Invitation, Project, User
from apikeys.models import ApiKey
from apikeys.usage.collector import collector
from memory import retention
from tests.accounts.invited import sign_up
from tests.doors import Api, signed_in
from tests.makers import PASSWORD, make_key, make_owner
from tests.memory.typing_words import (
    ask_for_access,
    calls,
    confirm,
    name_by_an_operator,
    pages,
    use_in_a_new_way,
    write_as_an_operator,
)

DAY = timedelta(days=1)
FIRST, SECOND, THIRD = (f"word{name}@example.com" for name in ("first", "second", "third"))
# What is typed, where it can be found again before the erasure.
WORDS = {
    "wordfirst": "the address that asked for access, and was invited",
    "wordsecond": "the address that the account changed to, and asked for access with",
    "wordthird": "an address that was typed and never confirmed",
    "wordname": "the name in a request for access",
    "wordcompany": "the company in it",
    "wordplans": "the plans in it",
    "wordperson": "the account's name, which an operator typed",
    "wordnoted": "a note of an operator about a request for access",
    "wordcohort": "the cohort that the request and the account were put into",
    "worddeclining": "what an operator wrote to whoever asked",
    "wordaccount": "a note about the account",
    "wordreason": "why a project was switched off and on",
    "wordproject": "a project's name",
    "wordrenamed": "another name of it",
    "wordcontact": "where its end users write to",
    "worddeleted": "the name of a project that was deleted",
    "wordkey": "a key's name",
    "wordother": "another name of it",
    "wordnotes": "the notes on a key",
    "wordpasskey": "the name of a passkey",
    "worduser": "an end user's id",
    "worddomain": "a domain of a statement",
    "wordasked": "a domain of a refused read",
    "wordvalue": "a statement's value",
    "wordlook": "why an owner looked at live memories",
    "wordpurpose": "a purpose that was allowed",
    "wordregistered": "the id of a registered purpose",
    "wordsentence": "the sentence about it",
    "worddrafted": "the sentence of a purpose that was drafted",
    "wordrefused": "a purpose that was refused",
    "wordidempotency": "an Idempotency-Key",
    "wordrequest": "a caller's X-Request-ID",
    "wordagent": "a program's User-Agent",
    "wordbrowser": "a browser's User-Agent",
    "wordfound": "where a leaked key was found",
    "203.0.113.77": "the address of the owner's browser",
    "203.0.113.88": "the address of the owner's program",
}
# What of it stays by design, by table and column: nothing. docs/operations.md says what else does.
STAYS: dict[str, set[str]] = {}
# Columns of text into which nobody types: words of ours, ids and digests, and operators' groups.
UNTYPED = {
    "accounts_auditevent": "scope purpose_class memory_ids reason_code policy_version",
    "accounts_user": "password",  # a digest
    "accounts_project": "takes_in_test takes_in_live closed_in_test closed_in_live",
    "apikeys_apikey": "permissions scopes purpose_classes",
    "apikeys_keyday": "endpoint",
    "apikeys_loggedrequest": "endpoint code",
    "apikeys_secret": "last_four",
    "apikeys_pasthour": "endpoint code",
    "apikeys_projectday": "endpoint code",
    "apikeys_usageday": "endpoint code",
    "apikeys_usagehour": "endpoint code",
    "memory_idempotencyrecord": "environment",
    "memory_memory": "environment",
    "memory_draft": "takes closes changed_by",
    "memory_purpose": "scopes environments proposed_by approved_by retired_by",
    "memory_revocationgrant": "environment",
    "memory_tally": "environment kind",
    "proof_pruning": "environment token",
    "proof_seal": "environment token",
    "portal_link": "environment",
    "account_emailconfirmation": "key",
    "auth_group": "name",
    "auth_permission": "name codename",
    "django_admin_log": "object_id change_message",  # the labels of fields, not what was typed
    "django_content_type": "app_label model",
    "django_session": "session_key",
    "usersessions_usersession": "session_key data",
}


def dump() -> Iterator[tuple[str, str]]:
    """Yield every value of every table as text, with the name of its table and column."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert cursor.description is not None
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = bytes(value) if isinstance(value, memoryview | bytes) else value
                    if (table, name) == ("django_session", "session_data"):
                        text = SessionStore().decode(str(value))
                    yield f"{table}.{name}", repr(text)


def found() -> dict[str, set[str]]:
    """Return in which columns each word is."""
    places: dict[str, set[str]] = {}
    for place, text in dump():
        for word in WORDS:
            if word in text:
                places.setdefault(word, set()).add(place)
    return places


@pytest.fixture
def person(settings: Settings, transactional_db: None) -> User:
    """Return somebody who filled in every form, and whose program every field."""
    settings.TRUSTED_PROXY_COUNT = 1
    ask_for_access(FIRST)
    link = invitations.invite(email=FIRST, by=None, at=timezone.now())
    sign_up("/invite/" + link.split("/invite/")[1], FIRST)
    person = User.objects.get(email=FIRST)
    ask_for_access(SECOND)
    browser = signed_in(person)
    browser.defaults |= {
        "HTTP_USER_AGENT": "wordbrowser",
        "HTTP_X_FORWARDED_FOR": "203.0.113.77",
        "HTTP_X_REQUEST_ID": "wordrequest-1",
    }
    for email in (SECOND, THIRD):
        browser.post("/accounts/email/", {"email": email, "action_add": ""})
        if email == SECOND:
            confirm(browser)
    resets.ask(email=SECOND, at=timezone.now() + 365 * DAY)
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "wordpasskey"})
    name_by_an_operator(person)
    pages(browser, person)
    write_as_an_operator(person)
    calls(person)
    collector.flush()
    use_in_a_new_way(person)
    return person


def close_and_erase(person: User) -> None:
    person.refresh_from_db()
    browser = signed_in(person)
    browser.post("/console/account/close/", {"typed": person.email})
    at = timezone.now() + 15 * DAY
    assert retention.erase(at=at, batch=3)["accounts"] == 1
    call_command("clearsessions")


class TestEveryWord:
    def test_none_is_left_in_any_table(self, person: User) -> None:
        before = found()
        assert before.keys() == WORDS.keys(), WORDS.keys() - before.keys()
        assert not [place for place, text in dump() if PASSWORD in text]
        close_and_erase(person)
        assert found() == STAYS

    def test_no_column_is_overlooked(self, person: User) -> None:
        """One that no word got into fails: whoever adds it types into it here, or says why not."""
        typed_into = set().union(*found().values())
        untyped = {f"{table}.{name}" for table, names in UNTYPED.items() for name in names.split()}
        texts = (models.CharField, models.TextField, models.JSONField)
        columns = {
            f"{model._meta.db_table}.{field.column}"
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            if isinstance(field, texts) and not field.choices
        }
        assert columns - typed_into == untyped

    def test_what_others_typed_stays(self, person: User) -> None:
        other = make_owner("other@example.com")
        project = Project.objects.get(owner=other)
        Project.objects.filter(pk=project.pk).update(name="Other's")
        api = Api(make_key(project, "Kept", at=timezone.now())[1])
        api.remember(user_id="kept user", domain="kept domain")
        ask_for_access("guest@example.com")
        invitations.invite(email="guest@example.com", by=None, at=timezone.now())
        before = sorted(
            (place, text)
            for place, text in dump()
            if any(word in text for word in ("other@", "Other's", "kept ", "Kept", "guest@"))
        )
        close_and_erase(person)
        after = list(dump())
        assert len(before) >= 10
        assert [row for row in before if row not in after] == []

    def test_whoever_has_a_former_address_now_keeps_what_they_asked(self, person: User) -> None:
        """Both came after the account had left the address."""
        AccessRequest.objects.filter(email=FIRST).delete()
        ask_for_access(FIRST)
        Invitation.objects.update_or_create(
            email=FIRST,
            used_by=None,
            defaults={
                "token_digest": b"x" * 32,
                "expires_at": timezone.now() + 30 * DAY,
            },
        )
        close_and_erase(person)
        assert AccessRequest.objects.get().email == FIRST
        assert Invitation.objects.get().email == FIRST

    def test_what_was_erased_before_loses_its_words_too(
        self, person: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Erasures once left names, purposes and domains; the migration has them done again."""
        with monkeypatch.context() as earlier:
            earlier.setattr("accounts.erasing.forget_words", lambda app_id, **options: None)
            close_and_erase(person)
        assert "wordpurpose" in found()
        again = import_module("accounts.migrations.0015_erasures_take_what_was_typed")
        again.erase_again(apps, None)
        retention.erase(at=timezone.now() + 30 * DAY)
        assert found() == STAYS

    def test_a_key_for_some_purposes_is_not_for_all_afterwards(self, person: User) -> None:
        assert ApiKey.objects.get(name="wordkey third").purposes == ["wordregistered"]
        close_and_erase(person)
        purposes = list(ApiKey.objects.values_list("purposes", flat=True))
        assert [each for each in purposes if each is not None] == [[]]

    def test_the_record_keeps_what_happened(self, person: User) -> None:
        facts = ("id", "event_type", "app_id", "subject_id", "scope", "purpose_class", "created_at")
        before = set(AuditEvent.objects.values_list(*facts, "reason_code", "server_request_id"))
        close_and_erase(person)
        after = set(AuditEvent.objects.values_list(*facts, "reason_code", "server_request_id"))
        assert before <= after
