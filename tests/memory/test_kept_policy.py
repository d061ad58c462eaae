"""A client keeps the policy, and asks whether it is still the same."""

from __future__ import annotations

import pytest

from accounts.models import Project
from tests.doors import Api, Response
from tests.makers import make_key
from tests.memory.answers import assert_refused
from tests.memory.registered import register

pytestmark = pytest.mark.django_db

COUNTED = "X-RateLimit-Remaining"


def ask(api: Api, known: str, *, head: bool = False) -> Response:
    headers = {"X-API-Key": api.key or "", "If-None-Match": known}
    return api.client.generic("HEAD" if head else "GET", "/policy", headers=headers)


def test_it_may_be_kept_by_its_client_alone(api: Api) -> None:
    response = api.get("/policy")
    assert response.headers["Cache-Control"] == "private, no-cache"
    etag = response.headers["ETag"]
    assert etag == api.get("/policy").headers["ETag"]
    assert etag[0] == etag[-1] == '"'


@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', 'W/"a",W/{}', "*", " * "])
def test_what_is_the_same_is_not_sent_again(api: Api, known: str, head: bool) -> None:
    etag = api.get("/policy").headers["ETag"]
    response = ask(api, known.format(etag), head=head)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Content-Type" not in response.headers
    assert response.headers["X-Request-ID"]


@pytest.mark.parametrize("known", ["", '"other"', "nonsense", '"', "W/"])
def test_what_the_client_does_not_have_is_sent(api: Api, known: str) -> None:
    assert ask(api, known).status_code == 200


def test_what_the_project_registers_changes_it(api: Api, project: Project) -> None:
    before = api.get("/policy")
    register(project)
    after = ask(api, before.headers["ETag"])
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


def test_it_is_another_one_in_another_environment(api: Api, project: Project) -> None:
    live = Api(make_key(project, "Live", environment="live")[1])
    assert ask(live, api.get("/policy").headers["ETag"]).status_code == 200


def test_it_takes_a_key_and_counts_all_the_same(api: Api, nobody: Api) -> None:
    assert_refused(ask(nobody, "*"), 401, "invalid_api_key")
    first, second = ask(api, "*"), ask(api, "*")
    assert int(second.headers[COUNTED]) == int(first.headers[COUNTED]) - 1


def test_who_asks_for_gzip_has_the_same_one(api: Api) -> None:
    etag = api.get("/policy", HTTP_ACCEPT_ENCODING="gzip").headers["ETag"]
    assert etag == f"W/{api.get('/policy').headers['ETag']}"
    assert ask(api, etag).status_code == 304


def test_one_with_parameters_that_are_ignored_is_not_kept(api: Api) -> None:
    response = api.get("/policy?version=1")
    assert response.json()["ignored_fields"] == [{"field": "version", "nearest": None}]
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
