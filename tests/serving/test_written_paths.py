"""The path of a request under granian, which gives the decoded one alone."""

from __future__ import annotations

import pytest

from config import urls
from config.serving.granian.paths import BEHIND, add_written
from tests.test_routes import routes


@pytest.mark.parametrize(
    ("method", "path", "written"),
    [
        ("DELETE", "/users/user_1", "/users/user_1"),
        ("DELETE", "/users/a/b", "/users/a%2Fb"),
        ("DELETE", "/users/a/export", "/users/a%2Fexport"),
        ("DELETE", "/users//", "/users/%2F"),
        ("DELETE", "/users/", "/users/"),
        ("DELETE", "/users/a\xff%", "/users/a%FF%25"),
        ("GET", "/users/a/export", "/users/a/export"),
        ("GET", "/users/a/b/export", "/users/a%2Fb/export"),
        ("GET", "/users/export", "/users/export"),
        ("GET", "/users/a/link", "/users/a%2Flink"),
        ("POST", "/users/a/link", "/users/a/link"),
        ("GET", "/memory/a", None),
    ],
)
def test_all_behind_users_is_the_id_but_for_what_a_method_has_there(
    method: str, path: str, written: str | None
) -> None:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path}
    add_written(environ)
    assert environ.get("RAW_URI") == written


def test_what_methods_have_behind_an_id_is_known() -> None:
    behind: dict[str, str] = {}
    for route, entry in routes(urls.api):
        users, _, path = route.partition("<path:user_id>")
        if users == "users/" and path:
            view = entry.callback.view_class  # type: ignore[attr-defined] # Django's, of a class
            methods = {name.upper() for name in view.http_method_names if hasattr(view, name)}
            behind |= dict.fromkeys(methods - {"OPTIONS"}, path)
    assert {**behind, "HEAD": behind["GET"]} == BEHIND
