"""Every piece of code on the site works as it stands, and is answered as the site shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Project
from config.manual.views import site
from proof import sealing
from tests.clients.node import with_modules
from tests.docs.reading import Code, read
from tests.docs.running import PROGRAMS, Ran, Reader
from tests.docs.shapes import differences, shown
from tests.doors import running_service
from tests.makers import make_key

RUN = ("sh", *PROGRAMS)
NOT_RUN = ("text",)
CONFIGURATION = "config"  # of another program: test_hosts.py starts what it says
CODE = re.compile(r'<code class="language-(\w+)"')
TO_FILE = re.compile(r" -o (\S+)")
# What a reader of any page may have stored before: all that the code speaks of is there.
BEFORE = [
    {"user_id": user, "scope": "preferences", "domain": "food", "source": "explicit_user_input"}
    for user in ("user_1", "user_7", "user_8", "user_42")
]
VALUE = {"likes": ["pizza", "sushi"], "dislikes": ["olives"]}
READ = {"user_id": "user_1", "scope": "preferences", "domain": "food"}


@pytest.mark.django_db(transaction=True)
def test_all_code_works_and_is_answered_as_shown(project: Project, tmp_path: Path) -> None:
    _, key = make_key(project, at=timezone.now())
    pages = [read(Client(), page.path) for page in site().pages.values()]
    troubles: list[str] = []
    with running_service(RATE_LIMIT_SECOND="1000", RATE_LIMIT_HOUR="100000") as address:
        for number, page in enumerate(pages):
            if not any(code.language in RUN for code in page.codes):
                continue
            reader = Reader(tmp_path / str(number), address, key)
            prepare(reader, address)
            for trouble in follow(reader, page.codes, address):
                troubles.append(f"{page.path}: {trouble}")
    assert not troubles, "\n".join(troubles)


def test_few_pieces_are_not_run() -> None:
    codes = [code for page in site().pages.values() for code in CODE.finditer(page.html)]
    languages = [code[1] for code in codes]
    assert set(languages) <= {*RUN, *NOT_RUN, "json"}
    assert languages.count("sh") > 30
    assert languages.count("text") <= 6  # what installs, and other programs


def prepare(reader: Reader, address: str) -> None:
    """Store what the pages speak of, and give the reader the token of a read."""
    with httpx.Client(base_url=address, headers={"X-API-Key": reader.key}) as service:
        stored = [
            service.post("/memory", json={**one, "value_json": VALUE}).raise_for_status().json()
            for one in BEFORE
        ]
        question = {**READ, "purpose": "recommend restaurants"}
        answer = service.post("/memory/read", json=question).raise_for_status().json()
        service.post("/memory/read", json={**READ, "purpose": "book a table"})
    sealing.seal_since(None, at=timezone.now())  # as the service does every minute
    reader.has(answer["revocation_token"], stored[0]["id"])


def follow(reader: Reader, codes: list[Code], address: str) -> list[str]:
    """Do what a page shows, in its order; return what went otherwise than it says."""
    troubles: list[str] = []
    last: Ran | None = None  # of those in a shell
    for code in codes:
        code.text = code.text.replace("http://testserver", address)
        if code.language == "typescript" and not with_modules():
            continue
        if code.language in RUN:
            if code.language in PROGRAMS:  # it may do what a shell did before: revoke a token
                prepare(reader, address)
            ran = reader.run(code)
            troubles += went_wrong(code, ran)
            if code.language == "sh":
                last = ran
            if name := TO_FILE.search(code.text):
                ran.body = (reader.folder / name[1]).read_text()
        elif code.language == "json" and code.answers != CONFIGURATION:
            if last is None or not last.body:
                troubles.append(f"an answer that nothing was asked for: {code.text[:60]}")
                continue
            troubles += compared(code.text, last.body)
    return troubles


def went_wrong(code: Code, ran: Ran) -> list[str]:
    expected = code.answers or "2"
    if ran.ended:
        return [f"ended with {ran.ended}: {code.text[:200]}\n{ran.said[-600:]}"]
    wrong = [status for status in ran.statuses if not status.startswith(expected)]
    return [f"{status} instead of {expected}: {code.text[:200]}\n{ran.body}" for status in wrong]


def compared(text: str, body: str) -> list[str]:
    try:
        answer: Any = shown(text)
    except ValueError as error:
        return [f"no JSON ({error}): {text[:100]}"]

    return list(differences(answer, json.loads(body)))
