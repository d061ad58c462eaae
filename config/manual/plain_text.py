"""The site as plain text, for language models: a list of its pages, and all of them in one."""

from __future__ import annotations

import re
from html import unescape

from config.manual.site import BAR, TAG, Page, Site

ABOUT = """# Memory Scope

> A memory for AI applications, as an HTTP API: it keeps statements about end users under six scopes
> (preferences, constraints, communication, accessibility, schedule, attention) and gives them back
> merged, only for a stated purpose that the policy allows. Every read yields a token by which the
> access can be taken back at once, and every decision leaves an audit record.

JSON in, JSON out, one API key a request in the header X-API-Key. This service: {address}
"""
LINE_ENDS = re.compile(r"</(?:p|li|tr|pre|h[1-6]|dt|dd|summary)>|<br>")
CELL_ENDS = re.compile(r"</(?:th|td)>\s*(?=<t[hd])")
HEADING = re.compile(r"<h([2-6])[^>]*>")
EMPTY_LINES = re.compile(r"\n\s*\n+")
CODE = re.compile(r"(<pre.*?</pre>)", re.DOTALL)
SPACE = re.compile(r"\s+")


def listed(site: Site, base_url: str) -> str:
    """Return the list of the pages, each with its address and a sentence about it."""
    lines = [ABOUT.format(address=base_url)]
    for group, pages in site.groups:
        links = [f"- [{page.title}]({base_url}{page.path}): {page.summary}" for page in pages]
        lines.append("\n".join((f"## {group}", "", *links, "")))
    return "\n".join(lines)


def in_full(site: Site, base_url: str) -> str:
    """Return the text of all pages, in the order of reading."""
    pages = [f"# {page.title}\n\n{_text(page, base_url)}\n" for page in site.pages.values()]
    return "\n\n".join((ABOUT.format(address=base_url), *pages))


def _text(page: Page, base_url: str) -> str:
    """Return what a page says, its code as it stands and all else a line a piece."""
    return EMPTY_LINES.sub(
        "\n\n",
        "".join(
            f"\n```\n{_said(piece)}\n```\n"
            if piece.startswith("<pre")
            else _said(LINE_ENDS.sub("\n\n", _told(piece)))
            for piece in CODE.split(BAR.sub("", page.html_at(base_url)))
        ),
    ).strip()


def _told(html: str) -> str:
    """Write cells and headings as Markdown does, on lines of their own."""
    flat = CELL_ENDS.sub(" | ", SPACE.sub(" ", html))
    return HEADING.sub(lambda one: f"\n\n{'#' * int(one[1])} ", flat)


def _said(html: str) -> str:
    return unescape(TAG.sub("", html))
