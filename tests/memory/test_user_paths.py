"""The user that a path names, in whatever characters."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from accounts.models import Project
from foundation import paths
from memory.models import Memory
from tests.doors import Api, under_each_server
from tests.makers import make_key, memory_body
from tests.memory.answers import assert_refused

IDS = [
    "user_1",
    "a/b",
    "a%2Fb",
    "a/export",
    "a/link",
    "/",
    "//",
    "/users/user_1",
    "export",
    ".",
    "..",
    "../user_1",
    "a b",
    "a+b",
    "100%",
    "%41",
    "a?dry_run=true",
    "a#b",
    "a;b=c",
    "anna@example.com",
    "Zoë 🦄",
    "e\u0301",
    "x" * 255,
    "🦄" * 255,
]


@under_each_server
@pytest.mark.django_db(transaction=True)
def test_every_id_is_erased_and_no_other(service: str, project: Project) -> None:
    headers = {"X-API-Key": make_key(project)[1]}
    with httpx.Client(base_url=service, headers=headers, timeout=60) as client:
        for user_id in IDS:
            response = client.post("/memory", json=memory_body(user_id=user_id))
            assert response.status_code == 201, response.text
        left = list(IDS)
        for user_id in IDS:
            # As it stands here: the client takes "." and ".." out of what it is given as a URL.
            written = quote(user_id, safe="").replace(".", "%2E")
            request = client.build_request("DELETE", "/users/x")
            request.url = request.url.copy_with(raw_path=f"/users/{written}".encode())
            response = client.send(request)
            assert response.status_code == 200, (user_id, response.text)
            answer = response.json()
            assert (answer["user_id"], answer["memories_deleted"]) == (user_id, 1)
            left.remove(user_id)
            assert sorted(Memory.objects.values_list("user_id", flat=True)) == sorted(left)


@pytest.mark.django_db
class TestOtherPaths:
    @pytest.mark.parametrize(
        ("written", "status", "code"),
        [
            ("/users", 404, "not_found"),
            ("/users/", 404, "not_found"),
            ("/users//", 404, "not_found"),
            ("/users/a/b", 404, "not_found"),
            ("/users/user_1/", 404, "not_found"),
            ("/users/%20", 422, "out_of_range"),
            ("/users/" + "x" * 256, 422, "out_of_range"),
            ("/users/a%00b", 422, "invalid_value"),
            ("/users/a%0Ab", 404, "not_found"),
            ("/users/%FF", 422, "invalid_value"),
            ("/users/%ED%A0%80", 422, "invalid_value"),
        ],
    )
    def test_what_names_nobody_is_refused(
        self, api: Api, written: str, status: int, code: str
    ) -> None:
        api.remember()
        assert_refused(api.delete(written, RAW_URI=written), status, code)
        if code != "invalid_value":  # without RAW_URI, Django has decoded what is no UTF-8, too
            assert_refused(api.delete(written), status, code)
        assert Memory.objects.count() == 1

    def test_white_space_around_an_id_is_stripped_as_everywhere(self, api: Api) -> None:
        api.remember()
        assert api.delete("/users/%20user_1%09").json()["memories_deleted"] == 1


class TestSegments:
    @pytest.mark.parametrize(
        ("meta", "segments"),
        [
            ({"RAW_URI": "/users/a%2Fb?x=/y"}, ["users", "a%2Fb"]),
            ({"RAW_URI": "//users/a"}, ["", "users", "a"]),
            ({"RAW_URI": "http://example.com/users/a?b"}, ["users", "a"]),
            ({"REQUEST_URI": "/users/a/export"}, ["users", "a", "export"]),
            ({"RAW_URI": "/under/users/a", "SCRIPT_NAME": "/under"}, ["users", "a"]),
            ({"PATH_INFO": "/users/a/b%"}, ["users", "a", "b%25"]),
            ({"PATH_INFO": "/users/\xeb"}, ["users", "%C3%AB"]),
            ({}, []),
        ],
        ids=str,
    )
    def test_they_are_as_they_came(self, meta: dict[str, str], segments: list[str]) -> None:
        assert paths.segments(meta) == segments
