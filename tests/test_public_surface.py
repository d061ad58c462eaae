"""Every URL there is, and everyone who may come, written out by hand.

A URL without a row fails: whoever adds one says here who may open it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.admin.sites import AdminSite
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Project, User
from apikeys.api import KeyedAPIView
from apikeys.rotation import DEFAULT_GRACE, rotate_key
from tests.doors import Api, signed_in
from tests.makers import BY, NOW, give_password, make_key
from tests.memory.registered import propose
from tests.test_headers import check as check_headers

PEOPLE = "/console/projects/{project}/test/people/"
# Who they are: nobody; the owner of project and key; a stranger with an account; staff whose
# session has no second factor; staff whose session has one; a program with the owner's API key.
#  path                     method  nobody owner stranger staff operator key
TABLE = [
    ("/", "get", 200, 200, 200, 200, 200, 200),
    ("/no-such-page", "get", 404, 404, 404, 404, 404, 404),
    ("/healthz", "get", 200, 200, 200, 200, 200, 200),
    ("/readyz", "get", 200, 200, 200, 200, 200, 200),
    ("/metrics", "get", 404, 404, 404, 404, 404, 404),  # unless there is a METRICS_TOKEN
    ("/openapi.json", "get", 200, 200, 200, 200, 200, 200),
    ("/openapi.yaml", "get", 200, 200, 200, 200, 200, 200),
    # The API: a key alone.
    ("/policy", "get", 401, 401, 401, 401, 401, 200),
    ("/policy/check", "post", 401, 401, 401, 401, 401, 400),
    ("/usage", "get", 401, 401, 401, 401, 401, 200),
    ("/memory", "post", 401, 401, 401, 401, 401, 400),
    ("/memory", "get", 401, 401, 401, 401, 401, 400),
    ("/memory/{key}", "get", 401, 401, 401, 401, 401, 404),
    ("/memory/{key}", "delete", 401, 401, 401, 401, 401, 404),
    ("/memory/batch", "post", 401, 401, 401, 401, 401, 400),
    ("/memory/read", "post", 401, 401, 401, 401, 401, 400),
    ("/memory/read/batch", "post", 401, 401, 401, 401, 401, 400),
    ("/memory/read/continue", "post", 401, 401, 401, 401, 401, 400),
    ("/memory/revoke", "post", 401, 401, 401, 401, 401, 400),
    ("/users/{word}/export", "get", 401, 401, 401, 401, 401, 200),
    ("/users/{word}", "get", 401, 401, 401, 401, 401, 200),
    ("/audit", "get", 401, 401, 401, 401, 401, 200),
    ("/users/{word}", "delete", 401, 401, 401, 401, 401, 200),
    ("/leaks", "post", 415, 415, 415, 415, 415, 415),
    # Everyone.
    ("/docs/", "get", 200, 200, 200, 200, 200, 200),
    ("/docs/errors/", "get", 200, 200, 200, 200, 200, 200),
    ("/docs/{page}/", "get", 200, 200, 200, 200, 200, 200),
    ("/docs/reference/{word}/", "get", 404, 404, 404, 404, 404, 404),  # there is none called so
    ("/docs/search/", "get", 200, 200, 200, 200, 200, 200),
    ("/llms.txt", "get", 200, 200, 200, 200, 200, 200),
    ("/llms-full.txt", "get", 200, 200, 200, 200, 200, 200),
    ("/request-access/", "get", 200, 200, 200, 200, 200, 200),
    ("/request-access/thanks/", "get", 200, 200, 200, 200, 200, 200),
    ("/invite/{token}/", "get", 410, 410, 410, 410, 410, 410),
    ("/theme/", "post", 302, 302, 302, 302, 302, 302),
    # The console: the owner's own, and nothing of it for others.
    ("/console/", "get", 302, 302, 302, 302, 302, 302),
    ("/console/projects/", "get", 302, 200, 200, 200, 200, 302),
    ("/console/projects/new/", "get", 302, 200, 200, 200, 200, 302),
    ("/console/projects/{project}/", "get", 302, 302, 302, 302, 302, 302),
    ("/console/projects/{project}/nowhere", "get", 302, 404, 404, 404, 404, 302),
    ("/console/projects/{project}/test/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/search/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/settings/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/delete/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/purposes/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/purposes/new/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/why/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/purposes/denied/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/purposes/take/", "get", 302, 200, 404, 404, 404, 302),
    (
        "/console/projects/{project}/test/purposes/{purpose}/approve/",
        "get",
        302,
        200,
        404,
        404,
        404,
        302,
    ),
    (
        "/console/projects/{project}/test/purposes/{purpose}/change/",
        "get",
        302,
        200,
        404,
        404,
        404,
        302,
    ),
    (
        "/console/projects/{project}/test/purposes/{purpose}/retire/",
        "get",
        302,
        200,
        404,
        404,
        404,
        302,
    ),
    (PEOPLE, "get", 302, 200, 404, 404, 404, 302),
    # Who is not named is not found: the id stands in the query.
    (PEOPLE + "file/", "get", 302, 200, 404, 404, 404, 302),
    (PEOPLE + "file/values/", "get", 302, 404, 404, 404, 404, 302),
    (PEOPLE + "file/take-back/", "get", 302, 404, 404, 404, 404, 302),
    (PEOPLE + "file/erase/", "get", 302, 404, 404, 404, 404, 302),
    (PEOPLE + "file/export/", "get", 302, 404, 404, 404, 404, 302),
    (PEOPLE + "memories/{key}/delete/", "get", 302, 404, 404, 404, 404, 302),
    ("/console/projects/{project}/test/keys/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/keys/new/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/keys/{key}/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/usage/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/requests/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/requests/{key}/", "get", 302, 404, 404, 404, 404, 302),
    ("/console/projects/{project}/test/audit/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/audit/{key}/", "get", 302, 404, 404, 404, 404, 302),
    ("/console/keys/{key}/usage/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/limits/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/account/mail/", "get", 302, 200, 200, 200, 200, 302),
    ("/console/keys/{key}/limits/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/keys/{key}/rename/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/keys/{key}/rotate/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/keys/{key}/secrets/{secret}/end/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/keys/{key}/rights/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/keys/{key}/expiry/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/projects/{project}/test/keys/delete/", "post", 302, 302, 404, 404, 404, 302),
    ("/console/keys/{key}/delete/", "get", 302, 200, 404, 404, 404, 302),
    ("/console/account/", "get", 302, 200, 200, 200, 200, 302),
    ("/console/account/sessions/{missing}/end/", "post", 302, 404, 404, 404, 404, 302),
    ("/console/account/close/", "get", 302, 200, 200, 200, 200, 302),
    ("/console/account/closed/", "get", 302, 302, 302, 302, 302, 302),
    ("/console/account/reopen/", "post", 302, 302, 302, 302, 302, 302),
    # Signing in and out, by allauth.
    ("/accounts/login/", "get", 200, 302, 302, 302, 302, 200),
    ("/accounts/logout/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/inactive/", "get", 200, 200, 200, 200, 200, 200),
    ("/accounts/signup/", "get", 200, 302, 302, 302, 302, 200),
    ("/accounts/reauthenticate/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/email/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/confirm-email/", "get", 200, 200, 200, 200, 200, 200),
    ("/accounts/confirm-email/{word}/", "get", 200, 200, 200, 200, 200, 200),
    ("/accounts/password/change/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/password/set/", "get", 302, 302, 302, 302, 302, 302),
    ("/accounts/password/reset/", "get", 200, 200, 200, 200, 200, 200),
    ("/accounts/password/reset/done/", "get", 200, 200, 200, 200, 200, 200),
    ("/accounts/password/reset/key/done/", "get", 200, 200, 200, 200, 200, 200),
    ("/accounts/password/reset/key/{word}-{word}/", "get", 200, 200, 200, 200, 200, 200),
    ("/accounts/login/code/confirm/", "get", 302, 302, 302, 302, 302, 302),
    # The second factor and the sessions: each person's own.
    ("/accounts/2fa/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/2fa/authenticate/", "get", 302, 302, 302, 302, 302, 302),
    ("/accounts/2fa/reauthenticate/", "get", 302, 302, 302, 302, 302, 302),
    ("/accounts/2fa/totp/activate/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/2fa/totp/deactivate/", "get", 302, 404, 404, 404, 404, 302),
    ("/accounts/2fa/recovery-codes/", "get", 302, 404, 404, 404, 404, 302),
    ("/accounts/2fa/recovery-codes/generate/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/2fa/recovery-codes/download/", "get", 302, 404, 404, 404, 404, 302),
    ("/accounts/2fa/webauthn/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/2fa/webauthn/add/", "get", 302, 200, 200, 200, 200, 302),
    ("/accounts/2fa/webauthn/reauthenticate/", "get", 302, 302, 302, 302, 302, 302),
    ("/accounts/2fa/webauthn/keys/{number}/remove/", "get", 302, 404, 404, 404, 404, 302),
    ("/accounts/2fa/webauthn/keys/{number}/edit/", "get", 302, 404, 404, 404, 404, 302),
    ("/accounts/2fa/webauthn/login/", "get", 302, 302, 302, 302, 302, 302),
    ("/accounts/sessions/", "get", 302, 200, 200, 200, 200, 302),
    # The operators' desk: staff, and only with a second factor.
    ("/admin/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/login/", "get", 302, 403, 403, 302, 302, 302),
    ("/admin/accounts/user/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/accounts/project/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/accounts/accessrequest/", "get", 302, 302, 302, 302, 200, 302),
    # There is no request and no account with the key's id.
    ("/admin/accounts/accessrequest/{key}/invite/", "post", 302, 302, 302, 302, 404, 302),
    ("/admin/accounts/accessrequest/{key}/decline/", "get", 302, 302, 302, 302, 404, 302),
    ("/admin/accounts/accessrequest/{key}/cohort/", "post", 302, 302, 302, 302, 404, 302),
    ("/admin/accounts/accessrequest/{key}/note/", "post", 302, 302, 302, 302, 404, 302),
    ("/admin/accounts/user/{key}/note/", "post", 302, 302, 302, 302, 404, 302),
    ("/admin/accounts/project/{project}/switch-off/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/accounts/project/{project}/switch-on/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/accounts/project/{project}/note/", "get", 302, 302, 302, 302, 405, 302),
    ("/admin/accounts/invitation/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/accounts/auditevent/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/apikeys/apikey/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/memory/memory/", "get", 302, 302, 302, 302, 200, 302),
    ("/admin/memory/purpose/", "get", 302, 302, 302, 302, 200, 302),
]
PARAMETERS = {
    "<uuid:project_id>": "{project}",
    "<environment:environment>": "test",
    "<path:rest>": "nowhere",
    "<uuid:key_id>": "{key}",
    "docs/<slug:name>": "docs/{page}",
    "<slug:name>": "{word}",
    "<slug:purpose_id>": "{purpose}",
    "<str:token>": "{token}",
    "<path:user_id>": "{word}",
    "<uuid:logged_id>": "{key}",
    "<uuid:event_id>": "{key}",
    "<uuid:memory_id>": "{key}",
    "<int:pk>": "{number}",
    "<int:session_id>": "{missing}",
    "^confirm-email/(?P<key>[-:\\w]+)/$": "confirm-email/{word}/",
    "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (
        "password/reset/key/{word}-{word}/"
    ),
}


def route_in_table(path: str) -> str:
    """Return a route as the table writes it."""
    for parameter, written in PARAMETERS.items():
        path = path.replace(parameter, written)
    return path


def routes(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


def test_every_url_has_a_row() -> None:
    known = {path for path, *_ in TABLE}
    own = {
        route_in_table(path) for path, _ in routes(get_resolver()) if not path.startswith("/admin/")
    }
    assert own <= known


def test_every_view_of_the_api_names_its_permission() -> None:
    views = [getattr(entry.callback, "view_class", None) for _, entry in routes(get_resolver())]
    api_views = [view for view in views if view is not None and issubclass(view, KeyedAPIView)]
    assert len(api_views) == 14
    assert all(view.permission for view in api_views)


def test_every_model_of_ours_in_the_admin_has_a_row() -> None:
    from django.contrib import admin

    site: AdminSite = admin.site
    ours = {model._meta for model in site._registry if model._meta.app_label != "auth"}
    known = {path for path, *_ in TABLE}
    assert {f"/admin/{meta.app_label}/{meta.model_name}/" for meta in ours} <= known


@pytest.fixture
def who(project: Project, owner: User, stranger: User) -> dict[str, Client]:
    """Return everyone who may come, each in a browser or program of their own."""
    staff = User.objects.create_superuser("staff@example.com")
    for person in (owner, stranger, staff):
        give_password(person)
    return {
        "nobody": Client(),
        "owner": signed_in(owner),
        "stranger": signed_in(stranger),
        "staff": signed_in(staff),
        "operator": signed_in(staff, second_factor=True),
        "key": Client(headers={"X-API-Key": make_key(project, name="Program")[1]}),
    }


@pytest.mark.parametrize(
    ("path", "method", "statuses"), [(row[0], row[1], row[2:]) for row in TABLE]
)
def test_who_may_open_what(
    path: str, method: str, statuses: tuple[int, ...], project: Project, who: dict[str, Client]
) -> None:
    key, plaintext = make_key(project)
    replaced = key.current_secret()
    rotate_key(key=key, last_four=plaintext[-4:], grace=DEFAULT_GRACE, at=NOW, by=BY)
    ids = {"project": project.pk, "key": key.pk, "purpose": propose(project).purpose_id}
    ids["secret"] = replaced.pk
    url = path.format(**ids, token="t", word="word", page="quickstart", number=1, missing=10**9)
    answers = {name: client.generic(method.upper(), url) for name, client in who.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict(
        zip(who, statuses, strict=True)
    )
    for answer in answers.values():
        # A link that opens something is not told to the next page, not even to one of ours.
        secret = path.startswith("/invite/")
        check_headers(answer, referrer="no-referrer" if secret else "same-origin")


@pytest.mark.parametrize("path", [path for path, *_ in TABLE if path.startswith("/console/")])
def test_the_console_leads_to_the_sign_in_without_an_account(
    path: str, project: Project, who: dict[str, Client]
) -> None:
    ids = dict.fromkeys(("project", "key", "secret"), project.pk)
    url = path.format(**ids, purpose="gift_finder", missing=1)
    for name in ("nobody", "key"):
        assert who[name].post(url).headers["Location"].startswith("/accounts/login/")


def test_the_wrong_method_is_refused_as_such(api: Api) -> None:
    response = api.get("/memory/read")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
