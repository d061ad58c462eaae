"""What weakens something or reveals it asks for the password again when the sign-in is old.

Every page of the console is in the table, by hand: whoever adds one says here whether it asks.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLResolver, get_resolver

from accounts.allauth_internals import STATE_SESSION_KEY, TOTP
from accounts.models import AuditEvent, Project, User
from apikeys.models import ApiKey
from console import urls
from console.templatetags.about_to import DEEDS
from tests.browser.people import SEED
from tests.doors import signed_in
from tests.makers import PASSWORD, make_key
from tests.memory.registered import propose

ASKS = {
    "project_delete",
    "project_limits",
    "key_new",
    "key_limits",
    "key_rotate",
    "key_end_secret",
    "keys_delete",
    "key_delete",
    "key_enable",
    "key_watch",
    "draft_on",
    "purpose_approve",
    "purpose_change",
    "purpose_retire",
    "purposes_take",
    "person_values",
    "person_withdraw",
    "person_erase",
    "person_export",
    "mail_choices",
    "account_close",
}
# It shows what was stored, changes a name, or gives nothing to anybody and takes nothing.
ASKS_NOT = {
    "choose_theme",
    "moved",
    "console",
    "projects",
    "project_new",
    "project",
    "project_settings",
    "project_contact",
    "usage_page",
    "requests",
    "search",
    "logged_request",
    "audit_log",  # but for its export
    "audit_seals",  # hashes and signatures
    "audit_event",
    "why",
    "purposes",
    "purpose_new",
    "denied_purposes",
    "draft",
    "draft_settings",
    "draft_purpose",
    "draft_retire",
    "draft_leave_out",
    "draft_shadow",
    "draft_discard",
    "purposes_matrix",  # but for what opens a cell again
    "people",
    "person",
    "memory_delete",
    "keys",
    "key",
    "key_usage",
    "key_rename",
    "key_rights",  # but for what gives the key more
    "key_expiry",  # the same
    "key_expected",
    "key_disable",
    "account",
    "account_closed",
    "account_reopen",
    "session_end",
}
OLD = 301  # seconds


def test_every_page_is_in_one_of_the_tables() -> None:
    names = {entry.name for entry in urls.urlpatterns}
    assert names == ASKS | ASKS_NOT


def resolvers(root: URLResolver) -> Iterator[URLResolver]:
    yield root
    for entry in root.url_patterns:
        if isinstance(entry, URLResolver):
            yield from resolvers(entry)


def test_there_are_words_for_what_is_asked_about() -> None:
    assert set(DEEDS) >= ASKS
    for name in DEEDS:
        assert any(name in resolver.reverse_dict for resolver in resolvers(get_resolver()))


def test_it_says_what_it_is_about(person: User, paths: dict[str, str]) -> None:
    browser = signed_in(person, age=OLD)
    asked = browser.get(paths["project_delete"], follow=True)
    assert "You are about to delete a project." in asked.content.decode()
    for unknown in ("/nowhere", "https://thief.example/", ""):
        page = browser.get("/accounts/reauthenticate/", {"next": unknown}).content.decode()
        assert "You are about to change something that is protected." in page


@pytest.fixture
def paths(project: Project) -> dict[str, str]:
    key, _ = make_key(project)
    ids: dict[str, object] = {
        "<uuid:project_id>": project.pk,
        "<environment:environment>": "test",
        "<path:rest>": "keys/",
        "<uuid:key_id>": key.pk,
        "<uuid:secret_id>": key.current_secret().pk,
        "<uuid:logged_id>": key.pk,
        "<uuid:memory_id>": key.pk,
    }
    ids |= {"<uuid:event_id>": key.pk, "<slug:purpose_id>": propose(project).purpose_id}
    found = {}
    for entry in urls.urlpatterns:
        path = f"/{entry.pattern}"
        for parameter, pk in ids.items():
            path = path.replace(parameter, str(pk))
        found[str(entry.name)] = path
    return found


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(ASKS | ASKS_NOT))
def test_it_asks_or_not(person: User, paths: dict[str, str], name: str, method: str) -> None:
    browser = signed_in(person, age=OLD)
    answer = getattr(browser, method)(paths[name])
    if answer.status_code == 405:
        return
    asked = answer.headers.get("Location", "").startswith("/accounts/reauthenticate/")
    assert asked is (name in ASKS)
    answer = getattr(signed_in(person), method)(paths[name])
    assert not answer.headers.get("Location", "").startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_the_record_is_exported_after_the_password(
    person: User, paths: dict[str, str], file_format: str
) -> None:
    browser = signed_in(person, age=OLD)
    page = f"{paths['audit_log']}?format={file_format}"
    answer = browser.get(page)
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    answer = browser.post(answer.headers["Location"], {"password": PASSWORD})
    assert answer.headers["Location"] == page
    content = b"".join(browser.get(page).streaming_content)  # type: ignore[attr-defined]
    assert b"KEY_CREATE" in content


def test_limits_that_were_sent_late_are_set_after_the_password(
    person: User, paths: dict[str, str], project: Project
) -> None:
    browser = signed_in(person, age=OLD)
    body = {"rate_limit": "7", "burst_limit": ""}
    answer = browser.post(paths["project_limits"], body)
    project.refresh_from_db()
    assert project.lowered_rate_limit is None
    browser.post(answer.headers["Location"], {"password": PASSWORD})
    project.refresh_from_db()
    assert project.lowered_rate_limit == 7
    assert AuditEvent.objects.filter(event_type="PROJECT_UPDATE").count() == 1


def test_a_form_that_was_never_confirmed_is_not_sent_by_a_later_password(
    person: User, paths: dict[str, str]
) -> None:
    browser = signed_in(person, age=OLD)
    page = paths["key_delete"]
    assert "reauthenticate" in browser.post(page).headers["Location"]
    answer = browser.get(page)  # on another day: they look at the page, and send nothing
    answer = browser.post(answer.headers["Location"], {"password": PASSWORD})
    assert answer.headers["Location"] == page
    assert ApiKey.objects.live().count() == 1
    browser.post(page)
    assert ApiKey.objects.live().count() == 0


def test_nor_does_an_operators_factor_send_one(person: User) -> None:
    person.is_staff = person.is_superuser = True
    person.save()
    TOTP.activate(person, SEED)
    browser = signed_in(person, second_factor=True, age=3600)
    page = "/admin/accounts/project/"
    browser.post(page, {"action": "delete_selected"})
    assert STATE_SESSION_KEY in browser.session
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 24 * 3600
    session.save()
    asked = browser.get(page, follow=True).redirect_chain[-1][0]
    assert asked.startswith("/accounts/2fa/reauthenticate/")
    assert STATE_SESSION_KEY not in browser.session
