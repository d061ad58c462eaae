"""Code as HTML with a class for each kind of token, and JSON laid out to be read."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, String, _TokenType, is_token_subtype

WIDEST = 72  # characters that stand on one line of JSON, before it is broken

# The few kinds that the stylesheet knows; the first that a token is of names its class.
KINDS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (String, "s"),
    (Keyword, "k"),
    (Name.Variable, "n"),
    (Name.Tag, "n"),
    (Literal, "m"),
)


def highlighted(code: str, language: str) -> str:
    """Return the code as HTML, its strings, keywords, names, numbers and comments in spans."""
    if language == "text":
        return escape(code)
    pieces: list[tuple[str, str]] = []
    for token, text in _lexer(language).get_tokens(code):
        kind = next((name for one, name in KINDS if is_token_subtype(token, one)), "")
        if pieces and pieces[-1][0] == kind:
            text = pieces.pop()[1] + text
        pieces.append((kind, text))
    return "".join(
        f'<span class="{kind}">{escape(text)}</span>' if kind else escape(text)
        for kind, text in pieces
    )


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def laid_out(text: str) -> str:
    """Return JSON with what is too wide for one line broken into several; other text as it is."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return broken(value)


def broken(value: Any, indent: int = 0) -> str:
    """Return a value as JSON, each array and object on one line where it fits there."""
    flat = json.dumps(value, ensure_ascii=False)
    if indent + len(flat) <= WIDEST or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + 2
    if isinstance(value, dict):
        lines = [f"{json.dumps(key)}: {broken(one, inner)}" for key, one in value.items()]
        opening, closing = "{}"
    else:
        lines = [broken(one, inner) for one in value]
        opening, closing = "[]"
    body = ",\n".join(" " * inner + line for line in lines)
    return f"{opening}\n{body}\n{' ' * indent}{closing}"
