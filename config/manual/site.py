"""The whole site, drawn once in each process and kept: a request only puts in its own address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape, unescape
from typing import Any

from django.template.loader import render_to_string

from config.manual import contents
from config.manual.entries import Entry, Group, address
from config.manual.links import Links
from config.manual.markdown import Article, drawn
from config.manual.sources import tokens_of

# What the texts call the service; a reader sees the address that they asked.
IN_TEXTS = "http://127.0.0.1:8000"

HEADING = re.compile(r'<h([23]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")
BAR = re.compile(r'<div class="bar">.*?</div>', re.DOTALL)  # what stands over a block of code
PRE = re.compile(r"<pre.*?</pre>", re.DOTALL)
SPACE = re.compile(r"\s+")
# What ends a piece of text: between other tags words belong together.
BLOCK = re.compile(r"</?(?:p|li|td|th|tr|pre|h[1-6]|dt|dd|div|button)\b[^>]*>")


@dataclass(frozen=True)
class Heading:
    level: int
    anchor: str
    title: str


@dataclass(frozen=True)
class Page:
    slug: str
    title: str
    summary: str
    group: str
    html: str
    badge: str = ""  # a word beside its name in the navigation, such as a method

    @property
    def path(self) -> str:
        return address(self.slug)

    @cached_property
    def headings(self) -> list[Heading]:
        return [Heading(int(one[1]), one[2], words(one[3])) for one in HEADING.finditer(self.html)]

    def html_at(self, base_url: str) -> str:
        """Return the article as a reader sees it who asked for it under this address."""
        return at_address(self.html, base_url)


def at_address(html: str, base_url: str) -> str:
    """Return what was drawn for any address, as a reader sees it who asked under this one."""
    return html.replace(IN_TEXTS, escape(base_url))


@dataclass(frozen=True)
class Site:
    pages: dict[str, Page]  # by slug, in the order of reading

    @cached_property
    def groups(self) -> list[tuple[str, list[Page]]]:
        """Return the pages as the navigation shows them."""
        found: dict[str, list[Page]] = {}
        for page in self.pages.values():
            found.setdefault(page.group, []).append(page)
        return list(found.items())

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """Return the page before this one and the page after it."""
        row = [None, *self.pages.values(), None]
        place = row.index(page)
        return row[place - 1], row[place + 1]


Context = Callable[[], dict[str, Any]]


@cache
def places() -> Links:
    """Return where on the site each section of a text is."""
    groups = (*contents.BEFORE_REFERENCE, *contents.AFTER_REFERENCE)
    return Links(entry for group in groups for entry in group.entries)


def build(contexts: dict[str, Context], reference: Iterable[Page], links: Links) -> Site:
    """Draw every page. `contexts` says for each template what it is drawn from."""

    def of(chosen: tuple[Group, ...]) -> list[Page]:
        return [
            _page(entry, group.title, links, contexts)
            for group in chosen
            for entry in group.entries
        ]

    pages = [*of(contents.BEFORE_REFERENCE), *reference, *of(contents.AFTER_REFERENCE)]
    return Site({page.slug: page for page in pages})


def _page(entry: Entry, group: str, links: Links, contexts: dict[str, Context]) -> Page:
    pieces: list[str] = []
    article = Article(links.resolve)
    if entry.template:
        context = contexts[entry.template]()
        pieces.append(str(render_to_string(entry.template, context)))
        article.anchors = Counter(one[2] for one in HEADING.finditer(pieces[0]))
        article.codes = pieces[0].count("<pre")
    for part in entry.parts:
        article.file = part.file
        pieces.append(drawn(tokens_of(part), article))
    return Page(entry.slug, entry.title, entry.summary, group, "".join(pieces))


def words(html: str) -> str:
    """Return what a piece of a page says, without its tags."""
    spaced = BLOCK.sub(" ", BAR.sub(" ", html))
    return SPACE.sub(" ", unescape(TAG.sub("", spaced))).strip()


@dataclass(frozen=True)
class Passage:
    """A section of a page, as it is searched."""

    page: Page
    title: str  # empty: what stands before the first heading
    anchor: str
    text: str  # without code
    code: str


def passages(page: Page) -> list[Passage]:
    """Cut a page at its headings."""
    found = list(HEADING.finditer(page.html))
    starts = [(0, "", ""), *((one.end(), words(one[3]), one[2]) for one in found)]
    ends = [*(one.start() for one in found), len(page.html)]
    return [
        Passage(
            page,
            title,
            anchor,
            words(PRE.sub(" ", page.html[start:end])),
            words(" ".join(PRE.findall(page.html[start:end]))),
        )
        for (start, title, anchor), end in zip(starts, ends, strict=True)
    ]
