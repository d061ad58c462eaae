"""The page about oneself, as the person opens it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from tests.doors import Api, Response


def link(api: Api, user_id: str = "user_1") -> str:
    """Return the path of a new link."""
    answer = api.post(f"/users/{user_id}/link", "")
    assert answer.status_code == 201, answer.content
    url: str = answer.json()["url"]
    return url[url.index("/me/") :]


def form_token(page: Response) -> dict[str, str]:
    """Return what a page's form sends by itself."""
    found = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.content.decode())
    assert found is not None
    return {"csrfmiddlewaretoken": found[1]}


class Person:
    """Somebody's browser, in which their page is open."""

    def __init__(self, api: Api, user_id: str = "user_1", language: str = "en") -> None:
        self.client = Client(headers={"Accept-Language": language, "Accept": "text/html"})
        opened = self.client.post(link(api, user_id))
        assert opened.headers["Location"] == "/me/", opened.content

    def get(self, path: str = "", **query: str) -> Response:
        return self.client.get(f"/me/{path}", query)

    def page(self, path: str = "", **query: str) -> str:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return answer.content.decode()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Response:
        return self.client.post(f"/me/{path}", body or {})

    def done(self, path: str, body: dict[str, Any] | None = None) -> str:
        """Send a form, and return the page that it leads to."""
        answer = self.client.post(f"/me/{path}", body or {}, follow=True)
        assert answer.status_code == 200, answer.content
        return answer.content.decode()
