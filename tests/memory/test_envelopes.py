"""What surrounds every answer: request ids, methods, media types, paths, caches."""

from __future__ import annotations

import gzip
import json
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Project
from tests.doors import Api, Response
from tests.makers import make_key
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CONTINUE, CREATE, GOOD, READ, REVOKE
from tests.test_headers import check as check_headers

Headers = dict[str, Any]


def knock(api: Api, project: Project, status: int, **headers: Any) -> Response:
    """Send a request that is answered with this status."""
    path, body = "/memory/read", GOOD[READ]
    if status == 403:
        api = Api(
            make_key(project, f"Key {project.api_keys.count()}", permissions=["memory:write"])[1]
        )
    response = {
        200: lambda: api.post(path, body, **headers),
        201: lambda: api.post("/memory", GOOD[CREATE], **headers),
        400: lambda: api.post(path, "{", **headers),
        401: lambda: Api(None).post(path, body, **headers),
        403: lambda: api.post(path, body, **headers),
        404: lambda: api.get("/nothing/here", **headers),
        405: lambda: api.get(path, **headers),
        406: lambda: api.post(path, body, HTTP_ACCEPT="text/html", **headers),
        413: lambda: api.post(path, " " * 65_537, **headers),
        415: lambda: api.post(path, body, content_type="text/plain", **headers),
        422: lambda: api.post(path, {**body, "scope": "x"}, **headers),
    }[status]()
    assert response.status_code == status, response.content
    return response


STATUSES = [200, 201, 400, 401, 403, 404, 405, 406, 413, 415, 422]
every_status = pytest.mark.parametrize("status", STATUSES)


class TestRequestIds:
    @every_status
    def test_the_callers_own_is_repeated(self, api: Api, project: Project, status: int) -> None:
        response = knock(api, project, status, HTTP_X_REQUEST_ID="Order-66_a.b")
        assert response.headers["X-Request-ID"] == "Order-66_a.b"
        assert status < 300 or response.json()["request_id"] == "Order-66_a.b"

    @every_status
    def test_each_request_without_one_gets_its_own(
        self, api: Api, project: Project, status: int
    ) -> None:
        given = [knock(api, project, status).headers["X-Request-ID"] for _ in range(2)]
        assert len({UUID(request_id) for request_id in given}) == 2

    @pytest.mark.parametrize("own", ["x", "x" * 64, "0", ".", "-", "A_b.C-9"])
    def test_a_valid_one_is_kept(self, api: Api, own: str) -> None:
        assert api.get("/policy", HTTP_X_REQUEST_ID=own).headers["X-Request-ID"] == own

    @pytest.mark.parametrize(
        "own", ["", "x" * 65, "a b", "a/b", "a\n", "a\nb: c", "é", "a\0", "<b>", "a,b", " a"]
    )
    def test_another_one_is_replaced(self, api: Api, own: str) -> None:
        response = api.post(READ, {}, HTTP_X_REQUEST_ID=own)
        UUID(response.headers["X-Request-ID"])
        assert response.json()["request_id"] == response.headers["X-Request-ID"]

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/admin/login/"])
    def test_every_page_has_one_too(self, nobody: Api, path: str) -> None:
        assert nobody.get(path, HTTP_X_REQUEST_ID="mine").headers["X-Request-ID"] == "mine"


class TestMethods:
    @pytest.mark.parametrize("path", [READ, CONTINUE, REVOKE])
    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
    def test_an_operation_is_a_post(self, api: Api, path: str, method: str) -> None:
        response = api.client.generic(method, path, HTTP_X_API_KEY=api.key)
        assert_refused(response, 405, "method_not_allowed")
        assert response.headers["Allow"] == "POST"

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "BREW"])
    def test_a_memory_is_not_changed_in_place(self, api: Api, method: str) -> None:
        response = api.client.generic(method, "/memory", "{}", HTTP_X_API_KEY=api.key)
        assert_refused(response, 405, "method_not_allowed")
        assert "POST" in response.headers["Allow"].split(", ")

    @pytest.mark.parametrize("path", [READ, CONTINUE, REVOKE])
    def test_head_is_not_allowed_either(self, api: Api, path: str) -> None:
        response = api.client.head(path, HTTP_X_API_KEY=api.key)
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
    def test_the_policy_can_only_be_read(self, api: Api, method: str) -> None:
        response = api.client.generic(method, "/policy", HTTP_X_API_KEY=api.key)
        assert_refused(response, 405, "method_not_allowed")
        assert response.headers["Allow"] == "GET, HEAD"

    def test_the_head_of_the_policy(self, api: Api) -> None:
        assert api.client.head("/policy", HTTP_X_API_KEY=api.key).status_code == 200

    def test_a_method_cannot_be_smuggled_in(self, api: Api) -> None:
        response = api.get(READ, HTTP_X_HTTP_METHOD_OVERRIDE="POST")
        assert_refused(response, 405, "method_not_allowed")

    @pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
    def test_no_method_tells_anything_without_a_key(self, nobody: Api, method: str) -> None:
        response = nobody.client.generic(method, READ)
        assert_refused(response, 401, "invalid_api_key")
        assert "Allow" not in response.headers


PREFLIGHT = {
    "Origin": "https://shop.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "x-api-key,content-type",
}


class TestPagesFromElsewhere:
    @pytest.mark.parametrize("path", [*GOOD, "/users/u", "/leaks", "/healthz", "/memory/nothing"])
    def test_a_browser_hears_why_they_may_not_ask(self, nobody: Api, path: str) -> None:
        response = nobody.client.options(path, headers=PREFLIGHT)
        refused = assert_refused(response, 403, "cors_not_allowed")
        assert refused["detail"].startswith("Keys belong on servers, not in browsers")
        assert not [name for name in response.headers if name.lower().startswith("access-control")]
        check_headers(response)

    def test_a_key_changes_nothing(self, api: Api) -> None:
        assert api.key is not None
        response = api.client.options("/memory", headers={**PREFLIGHT, "X-API-Key": api.key})
        assert_refused(response, 403, "cors_not_allowed")

    @pytest.mark.parametrize("left_out", ["Origin", "Access-Control-Request-Method"])
    def test_other_questions_are_answered_as_ever(self, nobody: Api, left_out: str) -> None:
        headers = {name: value for name, value in PREFLIGHT.items() if name != left_out}
        assert_refused(nobody.client.options("/memory", headers=headers), 401, "invalid_api_key")

    def test_so_are_pages_of_the_service(self, nobody: Api) -> None:
        assert nobody.client.options("/docs/", headers=PREFLIGHT).status_code == 405


class TestMediaTypes:
    @pytest.mark.parametrize(
        "accept",
        ["text/html", "application/xml", "image/*", "application/jsonp", "json", "text/*;q=1"],
    )
    @pytest.mark.parametrize("path", GOOD)
    def test_no_answer_has_another_format_than_json(self, api: Api, path: str, accept: str) -> None:
        response = api.post(path, GOOD[path], HTTP_ACCEPT=accept)
        assert_refused(response, 406, "not_acceptable")

    @pytest.mark.parametrize(
        "accept",
        [
            "application/json",
            "application/*",
            "*/*",
            "text/html, */*;q=0.1",
            "application/json; charset=utf-8",
            "application/json;q=0.5, text/html",
        ],
    )
    def test_a_client_that_takes_json_gets_it(self, api: Api, accept: str) -> None:
        response = api.post(READ, GOOD[READ], HTTP_ACCEPT=accept)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize("accept", ["", ";", ",", "/", "a/b/c", "*", "\0", "é", "a;" * 5000])
    def test_a_broken_accept_does_not_crash(self, api: Api, accept: str) -> None:
        response = api.post(READ, GOOD[READ], HTTP_ACCEPT=accept)
        assert response.status_code in (200, 406), response.content

    @pytest.mark.parametrize("query", ["format=json", "format=xml", "format=api", "_method=PUT"])
    @pytest.mark.parametrize("path", GOOD)
    def test_a_query_string_changes_nothing(self, api: Api, path: str, query: str) -> None:
        plain = api.post(path, GOOD[path])
        response = api.post(f"{path}?{query}", GOOD[path])
        assert response.status_code == plain.status_code, response.content


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/memory/",
            "/memory/read/",
            "/memory/read/continue/",
            "/memory/read/nothing",
            "/memory/revoke/all",
            "/memories",
            "/Memory/read",
            "/policy/nothing",
            "/healthz/",
            "/nothing",
            "/api/memory",
            "/memory/read%00",
            "/memory%2Fread%2F",
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_an_unknown_path_is_not_found(
        self, api: Api, nobody: Api, path: str, method: str
    ) -> None:
        for door in (api, nobody):
            headers = {} if door.key is None else {"X-API-Key": door.key}
            response = door.client.generic(method, path, "{}", "application/json", headers=headers)
            assert_refused(response, 404, "not_found", "Not found")

    def test_an_unknown_host_is_told_in_json_too(self, api: Api) -> None:
        response = api.post("/nothing", {}, HTTP_HOST="evil.example")
        assert_refused(response, 400, "bad_request")


class TestBodiesAndCaches:
    @pytest.mark.parametrize("path", GOOD)
    def test_unknown_fields_are_ignored(self, api: Api, path: str) -> None:
        plain = api.post(path, GOOD[path])
        extra = {"subject_id": "x", "project_id": None, "user_id ": 1, "hidden_at": ""}
        response = api.post(path, {**extra, "ID": [{}], **GOOD[path]})
        assert response.status_code == plain.status_code
        told = {"ignored_fields"} if plain.status_code < 400 else set()
        assert response.json().keys() == plain.json().keys() | told

    @every_status
    def test_no_cache_keeps_an_answer(self, api: Api, project: Project, status: int) -> None:
        response = knock(api, project, status)
        assert response.headers["Cache-Control"] == "no-store"
        assert not response.cookies

    @every_status
    def test_an_answer_says_its_length_and_that_it_is_json(
        self, api: Api, project: Project, status: int
    ) -> None:
        response = knock(api, project, status)
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert int(response.headers["Content-Length"]) == len(response.content)


class TestContentEncodings:
    @pytest.mark.parametrize("path", [CREATE, READ, CONTINUE, REVOKE, "/leaks"])
    @pytest.mark.parametrize("encoding", ["gzip", "GZip", "deflate", "br", "identity, gzip", "x"])
    def test_a_compressed_body_is_refused(self, api: Api, path: str, encoding: str) -> None:
        body = gzip.compress(json.dumps(GOOD.get(path, {"tokens": ["x"]})).encode())
        response = api.post(path, body, HTTP_CONTENT_ENCODING=encoding)
        sentence = "Request body must not be compressed: send it without Content-Encoding"
        assert_refused(response, 415, "unsupported_media_type", sentence)
        assert response.headers["Accept-Encoding"] == "identity"

    @pytest.mark.parametrize("encoding", ["", "identity", "Identity", " identity ,"])
    def test_a_body_as_it_is_is_taken(self, api: Api, encoding: str) -> None:
        assert api.post(CREATE, GOOD[CREATE], HTTP_CONTENT_ENCODING=encoding).status_code == 201
