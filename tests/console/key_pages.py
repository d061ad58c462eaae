"""Asks for the key pages, and reads their answers."""

from __future__ import annotations

import re

from apikeys.models import ApiKey
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope
from tests.doors import Response

KEY = re.compile(r"sk_(?:test|live)_[0-9A-Za-z]{38}")
EVERY = {"scopes": [*Scope], "purpose_classes": [*PURPOSE_CLASSES]}
FULL = {"name": "Laptop", "environment": "test", "preset": "full", "expires": "90", **EVERY}


def secret_in(answer: Response) -> str:
    """Return the one secret that a page shows."""
    (found,) = set(KEY.findall(answer.content.decode()))
    return str(found)


def ticks(page: str) -> list[dict[str, str]]:
    """Return the attributes of a page's radio buttons and checkboxes, in their order."""
    inputs = re.findall(r"<input ([^>]*)>", page)
    found = [dict(re.findall(r'([\w-]+)(?:="([^"]*)")?', one)) for one in inputs]
    return [one for one in found if one.get("type") in ("radio", "checkbox")]


def page_of(key: ApiKey, verb: str = "") -> str:
    """Return the path of a key's page, or of an action on the key."""
    return f"/console/keys/{key.pk}/{verb}"
