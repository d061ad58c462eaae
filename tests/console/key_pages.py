"""Asks for the key pages, and reads their answers."""

from __future__ import annotations

import re

from apikeys.models import ApiKey
from tests.doors import Response

KEY = re.compile(r"sk_(?:test|live)_[0-9A-Za-z]{38}")
FULL = {"name": "Laptop", "environment": "test", "preset": "full", "expires": "90"}


def secret_in(answer: Response) -> str:
    """Return the one secret that a page shows."""
    (found,) = set(KEY.findall(answer.content.decode()))
    return str(found)


def page_of(key: ApiKey, verb: str = "") -> str:
    """Return the path of a key's page, or of an action on the key."""
    return f"/console/keys/{key.pk}/{verb}"
