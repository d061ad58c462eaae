"""Every URL there is, by everyone who may come: written out by hand.

A URL without a row fails: whoever adds one says here who may open it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.admin.sites import AdminSite
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Project, User
from apikeys.api import ApiView
from tests.doors import Api
from tests.makers import make_key

#        path                     method  nobody  user  staff  key
TABLE = [
    ("/", "get", 200, 200, 200, 200),
    ("/healthz", "get", 200, 200, 200, 200),
    ("/readyz", "get", 200, 200, 200, 200),
    ("/policy", "get", 401, 401, 401, 200),
    ("/memory", "post", 401, 401, 401, 400),
    ("/memory/read", "post", 401, 401, 401, 400),
    ("/memory/read/continue", "post", 401, 401, 401, 400),
    ("/memory/revoke", "post", 401, 401, 401, 400),
    ("/leaks", "post", 400, 400, 400, 400),
    ("/admin/", "get", 302, 302, 200, 302),
    ("/admin/accounts/user/", "get", 302, 302, 200, 302),
    ("/admin/accounts/project/", "get", 302, 302, 200, 302),
    ("/admin/accounts/auditevent/", "get", 302, 302, 200, 302),
    ("/admin/apikeys/apikey/", "get", 302, 302, 200, 302),
    ("/no-such-page", "get", 404, 404, 404, 404),
]


def routes(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


def test_every_url_has_a_row() -> None:
    known = {path for path, *_ in TABLE}
    own = {path for path, _ in routes(get_resolver()) if not path.startswith("/admin/")}
    assert own <= known


def test_every_view_of_the_api_names_its_permission() -> None:
    views = [getattr(entry.callback, "view_class", None) for _, entry in routes(get_resolver())]
    api_views = [view for view in views if view is not None and issubclass(view, ApiView)]
    assert len(api_views) == 6
    assert all(view.permission for view in api_views)


def test_every_model_of_ours_in_the_admin_has_a_row() -> None:
    from django.contrib import admin

    site: AdminSite = admin.site
    ours = {model._meta for model in site._registry if model._meta.app_label != "auth"}
    known = {path for path, *_ in TABLE}
    assert {f"/admin/{meta.app_label}/{meta.model_name}/" for meta in ours} <= known


@pytest.mark.parametrize(("path", "method", *("nobody", "user", "staff", "key")), TABLE)
def test_who_may_open_what(
    path: str,
    method: str,
    nobody: int,
    user: int,
    staff: int,
    key: int,
    project: Project,
    owner: User,
) -> None:
    def status(client: Client, **headers: str) -> int:
        return client.generic(method.upper(), path, **headers).status_code

    signed_in, operator = Client(), Client()
    signed_in.force_login(owner)
    operator.force_login(User.objects.create_superuser("staff@example.com"))
    assert status(Client()) == nobody
    assert status(signed_in) == user
    assert status(operator) == staff
    assert status(Client(), HTTP_X_API_KEY=make_key(project)[1]) == key


def test_the_wrong_method_is_said_to_be_one(api: Api) -> None:
    response = api.get("/memory/read")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
