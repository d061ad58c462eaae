"""Reads the documentation as a browser gets it: links, anchors, titles, and code."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.test import Client


@dataclass
class Code:
    """A block of code: its language, its text, and the status that its requests are answered."""

    language: str
    text: str = ""
    answers: str = ""


@dataclass
class Read:
    """A page, as it was read."""

    path: str
    status: int
    title: str = ""
    links: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    unmarked: int = 0  # blocks of code that tell no language


class Reader(HTMLParser):
    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read
        self.code: Code | None = None
        self.in_title = self.in_pre = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.read.anchors.append(told["id"])
        if tag == "a" and "href" in told:
            self.read.links.append(told["href"])
        if tag == "pre":
            self.in_pre = True
            self.read.unmarked += 1
        if tag == "code" and self.in_pre and told.get("class", "").startswith("language-"):
            self.read.unmarked -= 1
            self.code = Code(told["class"].removeprefix("language-"))
            self.code.answers = told.get("data-answers", "")
            self.read.codes.append(self.code)
        self.in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self.in_pre, self.code = False, None
        self.in_title = False

    def handle_data(self, data: str) -> None:
        if self.code is not None:
            self.code.text += data
        if self.in_title:
            self.read.title += data


def read(client: Client, path: str) -> Read:
    answer = client.get(path, headers={"accept": "text/html"})
    found = Read(path, answer.status_code)
    if answer.headers["Content-Type"].startswith("text/html"):
        reader = Reader(found)
        reader.feed(answer.content.decode())
        reader.close()
    return found


def crawled(client: Client) -> dict[str, Read]:
    """Return every page of the documentation that a link leads to, beginning at its front."""
    found: dict[str, Read] = {}
    waiting = ["/docs/"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = read(client, path)
        waiting += [
            link.partition("#")[0]
            for link in found[path].links
            if link.startswith("/docs/") and "?" not in link
        ]
    return found
