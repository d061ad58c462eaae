"""Markdown as articles of the site: headings with anchors, tables that scroll, code to copy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from config.manual.highlighting import highlighted, laid_out

LANGUAGES = {
    "sh": "Shell",
    "python": "Python",
    "typescript": "TypeScript",
    "json": "JSON",
    "text": "Text",
}
NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")
PAGE = "page"  # where the renderer finds the article that it is drawing

Resolve = Callable[[str, str], str | None]


@dataclass
class Article:
    """What is drawn of one page so far."""

    resolve: Resolve  # (file, address in it) to an address on the site; None: not on it
    file: str = ""
    anchors: Counter[str] = field(default_factory=Counter)
    heading: str = ""
    linked: bool = False  # whether the link that is being drawn leads somewhere
    tables: Counter[str] = field(default_factory=Counter)
    codes: int = 0


class ArticleRenderer(RendererHTML):
    """Draws tokens as this site writes them."""

    def heading_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        article: Article = env[PAGE]
        inline = tokens[idx + 1]
        article.heading = plain(inline)
        anchor = unique(anchor_of(article.heading), article.anchors)
        return f'<{tokens[idx].tag} id="{anchor}"><a href="#{anchor}">'

    def heading_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f"</a></{tokens[idx].tag}>\n"

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        article: Article = env[PAGE]
        address = article.resolve(article.file, str(tokens[idx].attrs["href"]))
        article.linked = address is not None
        return f'<a href="{escape(address)}">' if address else ""

    def link_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        article: Article = env[PAGE]
        return "</a>" if article.linked else ""

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        article: Article = env[PAGE]
        article.tables[article.heading] += 1
        number = article.tables[article.heading]
        label = article.heading or "Table"
        if number > 1:
            label = f"{label} ({number})"
        region = f'tabindex="0" role="region" aria-label="{escape(label)}"'
        return f'<div class="table" {region}><table class="cards">\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</table></div>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        article: Article = env[PAGE]
        article.codes += 1
        language, _, answers = tokens[idx].info.strip().partition(" ")
        return code_block(
            tokens[idx].content.rstrip("\n"), language, f"code-{article.codes}", answers
        )


COPY = (
    '<button class="button plain small end" type="button" data-copy{target} hidden>'
    "<span>Copy</span></button>"
)


def code_block(code: str, language: str, name: str, answers: str = "", title: str = "") -> str:
    """Return a block of code with a button that copies it where there is script.

    `answers` is the status with which the requests in it are answered, where it is no success:
    the tests run what the site shows.
    """
    button = COPY.format(target=f'="{name}"')
    return (
        f'<div class="code"><div class="bar"><span>{escape(title or LANGUAGES[language])}</span>'
        f"{button}</div>{_listing(code, language, name, answers)}</div>\n"
    )


def _listing(code: str, language: str, name: str, answers: str = "", tab: str = "") -> str:
    if language == "json":
        code = laid_out(code)
    told = f' data-answers="{escape(answers)}"' if answers else ""
    chosen = f' data-tab="{tab}"' if tab else ""
    return (
        f'<pre tabindex="0"{chosen}><code class="language-{language}" id="{name}"{told}>'
        f"{highlighted(code, language)}</code></pre>"
    )


def tabs(blocks: list[tuple[str, str, str, str]]) -> str:
    """Return one request in several languages, of which a reader chooses one, without script.

    Each is its value, its name, its language and its code. They are chosen by radio buttons,
    which the stylesheet heeds; where it cannot, all of them show.
    """
    labels = "".join(
        f'<label><input type="radio" name="example" value="{value}"'
        f"{' checked' if not number else ''}>{escape(name)}</label>"
        for number, (value, name, _, _) in enumerate(blocks)
    )
    shown = "".join(
        _listing(code, language, f"example-{value}", tab=value)
        for value, _, language, code in blocks
    )
    return (
        '<div class="code"><div class="bar"><fieldset class="tabs"><legend class="hidden">Language'
        f"</legend>{labels}</fieldset>{COPY.format(target='')}</div>{shown}</div>\n"
    )


@cache
def in_line(text: str) -> str:
    """Return a sentence as HTML; a link in it that leads to no page is its words alone."""
    article = Article(lambda file, link: link if link.startswith(("/", "https:")) else None)
    return str(READER.renderInline(text, {PAGE: article}))


def new_reader() -> MarkdownIt:
    """Return what reads and draws our Markdown: CommonMark and tables, without HTML in it."""
    return MarkdownIt("commonmark", {"html": False}, renderer_cls=ArticleRenderer).enable("table")


READER = new_reader()


def parsed(text: str) -> list[Token]:
    return READER.parse(text)


def drawn(tokens: list[Token], article: Article) -> str:
    """Return tokens as HTML, as the next part of the article."""
    _name_cells(tokens)
    env: dict[str, Any] = {PAGE: article}
    return str(READER.renderer.render(tokens, READER.options, env))


def anchor_of(title: str) -> str:
    """Return the anchor of a heading, as GitHub makes it: a link works here and there."""
    return NOT_IN_ANCHORS.sub("", title.strip().lower()).replace(" ", "-")


def unique(anchor: str, taken: Counter[str]) -> str:
    """Return an anchor that the page does not have yet: the second one ends in -1."""
    taken[anchor] += 1
    return anchor if taken[anchor] == 1 else f"{anchor}-{taken[anchor] - 1}"


def plain(inline: Token) -> str:
    """Return the words of a line, without what they are marked as."""
    return "".join(child.content for child in inline.children or [])


def _name_cells(tokens: list[Token]) -> None:
    """Let each cell tell its column, for narrow screens, and the first one name its row."""
    columns: list[str] = []
    column = 0
    for index, token in enumerate(tokens):
        if token.type == "table_open":
            columns = []
        elif token.type == "tr_open":
            column = 0
        elif token.type in ("th_open", "td_open"):
            words = plain(tokens[index + 1])
            heads = token.type == "th_open" or column == 0
            tag = "th" if heads and words else "td"  # a header without words heads nothing
            token.tag = tokens[index + 2].tag = tag
            if token.type == "th_open":
                columns.append(words)
            if tag == "th":
                token.attrs = {"scope": "col" if token.type == "th_open" else "row"}
            elif words and columns[column]:
                token.attrs = {"data-label": columns[column]}
            column += 1
