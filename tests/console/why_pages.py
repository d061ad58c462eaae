"""Asks the bench for decisions, and reads its page."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from accounts.models import Project

TAG = re.compile(r"<[^>]+>")
NARROW: dict[str, Any] = {"scopes": ["schedule"]}


def path_of(project: Project, environment: str = "test", **asked: str) -> str:
    query = f"?{urlencode(asked)}" if asked else ""
    return f"/console/projects/{project.pk}/{environment}/why/{query}"


def ask(
    browser: Client,
    project: Project,
    environment: str = "test",
    /,
    *,
    status: int = 200,
    **asked: Any,
) -> str:
    """Return the main part of the page that answers this."""
    answer = browser.get(path_of(project, environment, **asked))
    assert answer.status_code == status
    page: str = answer.content.decode()
    return page[page.index("<main") :]


def words(page: str) -> str:
    return " ".join(unescape(TAG.sub(" ", page)).split())


def verdict(page: str) -> str:
    """Return "Allowed" or "Denied", of which the page says one."""
    found: str
    (found,) = re.findall(r'role="status">.*?(Allowed|Denied)</p>', page, re.DOTALL)
    return found


def said(page: str) -> dict[str, Any]:
    """Return what the page says that the application would be told."""
    (block,) = re.findall(r'aria-label="The answer, in full"><code>(.*?)</code>', page, re.DOTALL)
    answer: dict[str, Any] = json.loads(unescape(block))
    return answer
