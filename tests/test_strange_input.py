"""No query parameter, form field or part of a path makes a page fail, on either database."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import Project, User
from apikeys.models import LoggedRequest
from apikeys.usage.collector import collector
from foundation.admin import AskedOnlyWhatItShows
from tests.doors import Api, signed_in
from tests.makers import make_key

# As they stand in an address: percent-encoded, also in ways that no encoder writes.
STRANGE = {
    "NUL": "%00",
    "NUL within": "a%00b",
    "a lone surrogate": "%ED%A0%80",
    "bytes that are no UTF-8": "%FF%FE",
    "a broken escape": "%ZZ%",
    "a bare percent": "%",
    "very long": "9" * 3000,
    "a large number": "99999999999999999999999",
    "a number beyond 64 bits": "9223372036854775808",
    "a negative number": "-1",
    "no number": "1e5",
    "infinity": "inf",
    "a UUID of braces": "%7B00000000-0000-0000-0000-000000000000%7D",
    "no UUID": "01a206ab-40b4-7077-8ae2-zzzzzzzzzzzz",
    "the last UUID": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "the last UUIDv7": "ffffffff-ffff-7fff-bfff-ffffffffffff",
    "the first UUIDv7": "00000000-0000-7000-8000-000000000000",
    "a wrong date": "2026-02-30",
    "year 10000": "10000-01-01",
    "year 0": "0000-00-00",
    "the last second": "9999-12-31T23:59:59-14:00",
    "the first second": "0001-01-01 00:00:00+14:00",
    "other digits": quote("\N{ARABIC-INDIC DIGIT ONE}\N{SUPERSCRIPT TWO}"),
    "a backslash": "%5C",
    "wildcards": "%25_%25",
    "a line break": "a%0D%0AX:%20y",
    "direction": quote("\u202eabc"),
    "brackets": "%5B%5D",
    "an astral letter": quote("\U0001f600"),
}
FILE = "/console/projects/{project}/test/people/file/"
PAGES = {
    "/console/": ("next",),
    "/console/projects/": ("deleted",),
    "/console/projects/{project}/": ("environment",),
    "/console/projects/{project}/test/": ("range",),
    "/console/projects/{project}/test/keys/": ("q", "status", "access", "sort", "before"),
    "/console/projects/{project}/test/usage/": ("range", "since", "until", "csv"),
    "/console/keys/{key}/usage/": ("range", "since", "until", "csv"),
    "/console/projects/{project}/test/requests/": (
        *("before", "after", "key", "endpoint", "status", "code", "request_id"),
        *("since", "until", "format", "group", "live"),
    ),
    "/console/projects/{project}/test/audit/": (
        *("before", "after", "key", "event_type", "scope", "purpose_class", "user_id"),
        *("request_id", "since", "until", "format"),
    ),
    "/console/projects/{project}/test/audit/?user_id=user_1": ("before", "after"),
    "/console/projects/{project}/test/requests/{logged}/": ("before",),
    "/console/projects/{project}/test/search/": ("q",),
    "/console/projects/{project}/test/purposes/new/": ("again",),
    "/console/projects/{project}/test/purposes/take/": ("takes",),
    "/console/projects/{project}/test/people/": ("user_id",),
    f"{FILE}?user_id=user_1": ("cursor", "before", "scope", "domain", "events"),
    f"{FILE}?user_id=user_1&scope=preferences": ("domain", "cursor"),
    f"{FILE}take-back/?user_id=user_1&scope=preferences": ("domain",),
    f"{FILE}export/": ("user_id",),
    f"{FILE}erase/": ("user_id",),
    "/console/projects/{project}/test/why/": ("scope", "purpose", "key"),
    "/console/keys/{key}/": ("before",),
    "/accounts/login/": ("next", "email"),
    "/accounts/signup/": ("next", "email"),
    "/accounts/reauthenticate/": ("next",),
    "/accounts/sessions/": ("page",),
    "/request-access/": ("email",),
    "/docs/": ("next",),
    "/docs/search/": ("q",),
}
FORMS = {
    "/request-access/": ("email", "name", "use", "use_case", "company", "message", "about"),
    "/theme/": ("theme", "next"),
    "/accounts/login/": ("login", "password", "remember", "next"),
    "/accounts/password/reset/": ("email",),
    "/accounts/email/": ("email", "action_add", "action_primary", "action_send"),
    "/accounts/password/change/": ("oldpassword", "password1"),
    "/accounts/reauthenticate/": ("password", "next"),
    "/accounts/sessions/": ("session", "id"),
    "/accounts/2fa/totp/activate/": ("code",),
    "/console/projects/new/": ("name",),
    "/console/projects/{project}/test/settings/": ("name",),
    "/console/projects/{project}/test/delete/": ("typed",),
    "/console/projects/{project}/test/limits/": ("rate_limit", "burst_limit"),
    "/console/projects/{project}/test/keys/new/": (
        *("name", "environment", "preset", "permissions", "scopes", "purpose_classes"),
        *("expires", "expires_on", "notes", "form_id", "which_purposes", "purposes"),
    ),
    "/console/projects/{project}/test/keys/delete/": ("key", "typed", "confirmed"),
    "/console/keys/{key}/rename/": ("name", "notes"),
    "/console/keys/{key}/rights/": (
        *("preset", "permissions", "scopes", "purpose_classes", "which_purposes", "purposes"),
        "seen",
    ),
    "/console/keys/{key}/expiry/": ("expires", "expires_on", "seen"),
    "/console/keys/{key}/rotate/": ("grace", "last_four", "ends_when_silent", "again"),
    "/console/keys/{key}/limits/": ("rate_limit", "burst_limit"),
    "/console/keys/{key}/delete/": ("typed",),
    "/console/account/close/": ("typed",),
    "/console/account/mail/": ("mail_expiry",),
    "/console/projects/{project}/test/purposes/new/": (
        *("id", "sentence", "purpose_class", "scopes", "environments"),
    ),
    "/console/projects/{project}/test/purposes/take/": ("takes", "seen"),
    f"{FILE}take-back/?user_id=user_1": ("typed",),
    f"{FILE}take-back/?user_id=user_1&scope=preferences&domain=%00": ("typed",),
    f"{FILE}erase/?user_id=user_1": ("typed",),
    "/console/projects/{project}/live/people/file/export/?user_id=user_1": ("reason",),
    "/console/projects/{project}/live/people/file/values/?user_id=user_1": (
        *("reason", "cursor", "look"),
    ),
}
FORM_TYPE = "application/x-www-form-urlencoded"
OF_ADMIN = ("q", "o", "p", "e", "all", "_facets", "_popup", "_to_field", "_changelist_filters")
LOOKUPS = ("", "__gte")
IN_ADMIN = [  # fewer: it has many fields
    *("%00", "a%00b", "%FF", "9" * 3000, "9223372036854775808", "-1", "%25", "10000-01-01"),
    *("2026-02-30", "9999-12-31T23:59:59-14:00", "0001-01-01%2000:00:00%2B14:00", "x-y"),
]


@pytest.fixture
def visitor(owner: User, project: Project) -> tuple[Client, dict[str, str]]:
    """Return the owner's browser, which keeps its 500s, and what stands in addresses."""
    key, plaintext = make_key(project)
    Api(plaintext).remember()
    collector.flush()
    logged = LoggedRequest.objects.order_by("id")[0]
    client = signed_in(owner)
    client.raise_request_exception = False
    return client, {"project": str(project.pk), "key": str(key.pk), "logged": str(logged.pk)}


@pytest.fixture
def desk(project: Project) -> Client:
    operator = User.objects.create_superuser("operator@example.com")
    client = signed_in(operator, second_factor=True)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("value", STRANGE.values(), ids=STRANGE)
class TestPages:
    def test_no_query_makes_one_fail(
        self, visitor: tuple[Client, dict[str, str]], value: str
    ) -> None:
        client, known = visitor
        failed = [
            (page, name)
            for page, names in PAGES.items()
            for name in (*names, value)
            if client.get(_asked(page.format(**known), name, value)).status_code >= 500
        ]
        assert failed == []

    def test_no_field_makes_a_form_fail(
        self, visitor: tuple[Client, dict[str, str]], value: str
    ) -> None:
        client, known = visitor
        failed = []
        for page, names in FORMS.items():
            for name in (*names, "next"):
                body = "&".join(f"{one}={value if one == name else '1'}" for one in names)
                answer = client.generic(
                    "POST",
                    page.format(**known),
                    body,
                    content_type=FORM_TYPE,
                )
                if answer.status_code >= 500:
                    failed.append((page, name))
        assert failed == []

    def test_no_path_fails(self, visitor: tuple[Client, dict[str, str]], value: str) -> None:
        client, _ = visitor
        paths = (
            *("/{0}", "/docs/{0}/", "/invite/{0}/", "/console/keys/{0}/", "/memory/{0}"),
            "/docs/reference/{0}/",
            *("/accounts/confirm-email/{0}/", "/accounts/password/reset/key/{0}-{0}/"),
            *("/accounts/password/reset/key/1-{0}/", "/accounts/2fa/webauthn/keys/{0}/edit/"),
            "/static/{0}",
        )
        failed = [path for path in paths if client.get(path.format(value)).status_code >= 500]
        assert failed == []


def _asked(page: str, name: str, value: str) -> str:
    return f"{page}{'&' if '?' in page else '?'}{name}={value}"


@pytest.mark.parametrize("value", IN_ADMIN)
def test_no_query_makes_the_admin_fail(desk: Client, project: Project, value: str) -> None:
    make_key(project)
    failed = []
    for model, model_admin in admin.site._registry.items():
        assert isinstance(model_admin, AskedOnlyWhatItShows)
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        fields = [name for name in map(_name_of, model_admin.list_filter) if name]
        fields += [str(one) for one in model_admin.list_display]
        names = (*OF_ADMIN, "state", *("".join(one) for one in itertools.product(fields, LOOKUPS)))
        addresses = [f"{base}?{name}={value}" for name in names]
        addresses += [f"{base}{value}/change/", f"{base}{value}/history/", f"{base}add/?x={value}"]
        failed += [one for one in addresses if desk.get(one).status_code >= 500]
        chosen = f"action=delete_selected&_selected_action={value}&index={value}"
        for action in ("action=switch_off", "action=invite", f"action={value}"):
            body = f"{action}&{chosen}"
            answer = desk.generic("POST", base, body, content_type=FORM_TYPE)
            failed += [f"{base} {action}"] if answer.status_code >= 500 else []
    assert failed == []


def _name_of(entry: Any) -> str:
    name = entry[0] if isinstance(entry, tuple) else entry
    return name if isinstance(name, str) else ""
