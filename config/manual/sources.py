"""The project's texts, cut by their headings."""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass
from functools import cache

from markdown_it.token import Token

from config.environment import BASE_DIR
from config.manual.markdown import anchor_of, parsed, plain, unique

BEGINNING = ""  # what stands before the first section


@dataclass(frozen=True)
class Part:
    """A piece of a file: one section, its beginning, or all of it but for the title."""

    file: str  # from the project's root
    section: str | None = None  # the anchor of its heading; None: all of the file
    without: tuple[str, ...] = ()  # sections in it that stand elsewhere
    bare: bool = False  # without the section's own heading: the page is called so
    under: str = ""  # a heading that the whole part is put under


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    level: int
    first: int  # tokens of the file: the heading, and what follows until the next of its level
    end: int


@cache
def _file(file: str) -> tuple[Token, ...]:
    return tuple(parsed((BASE_DIR / file).read_text(encoding="utf-8")))


@cache
def sections(file: str) -> tuple[Section, ...]:
    """Return the sections of a file in their order, the title left out."""
    tokens = _file(file)
    heads = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    levels = {index: int(tokens[index].tag[1]) for index in heads}
    taken: Counter[str] = Counter()
    found = []
    for index in heads:
        title = plain(tokens[index + 1])
        anchor = unique(anchor_of(title), taken)
        after = (other for other in heads if other > index and levels[other] <= levels[index])
        end = next(after, len(tokens))
        if levels[index] > 1:
            found.append(Section(anchor, title, levels[index], index, end))
    return tuple(found)


def placed(part: Part) -> tuple[Section, ...]:
    """Return the sections whose headings a part shows."""
    kept = _kept(part)
    return tuple(one for one in sections(part.file) if one.first in kept)


def tokens_of(part: Part) -> list[Token]:
    """Return a part's tokens anew, its outermost headings as those right below a page's title."""
    kept = _kept(part)
    tokens = [copy(token) for index, token in enumerate(_file(part.file)) if index in kept]
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = 3 if part.under else 2
    shift = highest - min((int(token.tag[1]) for token in headings), default=highest)
    for token in headings:
        token.tag = f"h{int(token.tag[1]) + shift}"
    return [*(parsed(f"## {part.under}") if part.under else []), *tokens]


@cache
def _kept(part: Part) -> frozenset[int]:
    """Return which tokens of the file are the part's."""
    tokens = _file(part.file)
    ours = sections(part.file)
    by_anchor = {one.anchor: one for one in ours}
    title = 3 if tokens and tokens[0].tag == "h1" else 0
    if part.section is None:
        kept = set(range(title, len(tokens)))
    elif part.section == BEGINNING:
        kept = set(range(title, ours[0].first))
    else:
        section = by_anchor[part.section]
        kept = set(range(section.first + (3 if part.bare else 0), section.end))
    for anchor in part.without:
        kept -= set(range(by_anchor[anchor].first, by_anchor[anchor].end))
    return frozenset(kept)
