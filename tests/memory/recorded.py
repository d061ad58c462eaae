"""Asks for the record."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.doors import Api


def page(api: Api, **parameters: Any) -> dict[str, Any]:
    response = api.get(f"/audit?{urlencode(parameters)}")
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def events(api: Api, **parameters: Any) -> list[dict[str, Any]]:
    """Return all events that are shown, from all pages."""
    found, cursor = [], dict[str, str]()
    while True:
        answer = page(api, **{"limit": 100, **parameters}, **cursor)
        found += answer["items"]
        if answer["next_cursor"] is None:
            return found
        cursor = {"cursor": answer["next_cursor"]}


def types(api: Api, **parameters: Any) -> list[str]:
    """Return what is shown, but for the beginning of the project, which had the real time."""
    shown = [event["event_type"] for event in events(api, **parameters)]
    return [one for one in shown if one != "PROJECT_CREATE"]
