"""What others typed is text in a mail: no mail program makes a link of it."""

from __future__ import annotations

import re

import pytest
from django.utils.html import urlize
from hypothesis import example, given
from hypothesis import strategies as st

from foundation.visible import inert

BRACKETS = re.compile(r"\[[^\[\]\w\s]+\]")
LINKS = re.compile(r"https?:\S|mailto:\S|//|@|\bwww\.|\S\.[a-z]|\\\\")


@pytest.mark.parametrize(
    ("text", "mailed"),
    [
        ("https://thief.example/login", "https[://]thief[.]example/login"),
        ("curl/8 (+http://thief.example)", "curl/8 (+http[://]thief[.]example)"),
        ("www.thief.example www.9x", "www[.]thief[.]example www[.]9x"),
        ("claim at thief.example/now.", "claim at thief[.]example/now."),
        ("mailto:me@thief.example", "mailto[:]me[@]thief[.]example"),
        ("tel:0664123", "tel[:]0664123"),
        ("//thief/x \\\\thief\\x", "[//]thief/x [\\\\]thief\\x"),
        ("http://192.0.2.1/ 192.0.2.1", "http[://]192[.]0[.]2[.]1/ 192[.]0[.]2[.]1"),
        (
            "HTTP\uff1a\uff0f\uff0fthief\uff0eexample thief\u3002example",
            "HTTP[\uff1a\uff0f\uff0f]thief[\uff0e]example thief[\u3002]example",
        ),
        ("a\r\nTo: x\u2028 y", "a To: x y"),
        ("a\u202eb\u2066c\x1bd\u200be\u00adf", "a[U+202E]b[U+2066]c\u241bd[U+200B]e[U+00AD]f"),
        ("\u05e9\u05dc", "\u2068\u05e9\u05dc\u2069"),
    ],
)
def test_what_would_be_a_link_is_set_in_brackets(text: str, mailed: str) -> None:
    assert inert(text) == mailed


@pytest.mark.parametrize(
    "text",
    [
        *(
            "curl/8.5.0",
            "python-httpx/0.28",
            "Web app: 5000 EUR!",
            "می‌خواهم"[:1],
            "👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "Büro (v2.1)",
        ),
        "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0 Chrome/120.0.0.0",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert inert(text).strip("\u2068\u2069") == text


@given(
    st.lists(
        st.sampled_from(
            [*"ab1 .:/\\@-\u200d\u3002\uff0e", "http", "://", "www.", ".com", "mailto:", "\u202e"]
        )
    ).map("".join)
)
@example("http:")  # nothing follows
@example("x[.com://y")
def test_nothing_is_left_to_link(text: str) -> None:
    mailed = inert(text)
    assert not LINKS.search(BRACKETS.sub("|", mailed))
    assert "<a" not in urlize(mailed)
