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
from tests.every_url import PARAMETERS, TABLE
from tests.makers import BY, NOW, give_password, make_key
from tests.memory.registered import propose
from tests.test_headers import check as check_headers


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
    assert len(api_views) == 17
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
