"""A name is one line, of which all can be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.names import folded, look, problem, same_to_see

SINHALA = "\u0dc1\u0dca\u200d\u0dbb\u0dd3"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(
            (text, "Web app")
            for text in ("Web app", "  Web \t app ", "Web\u00a0\u3000app", "Web\u2003app")
        ),
        ("Bu\u0308ro", "Büro"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_white_space_is_one_blank(text: str, name: str) -> None:
    assert folded(text) == name


@pytest.mark.parametrize(
    "name",
    [
        *("Web app", "Größe 2.1", PERSIAN, f"{SINHALA} \u0dbd", "\u0d28\u0d4d\u200d"),
        "\u09b0\u200d\u09cd\u09af\u09be\u09ac",  # Bengali: the joiner stands before the virama
        *(FAMILY, SCOTLAND, "\u2764\ufe0f\u200d\U0001f525", "1\ufe0f\u20e3", "\u2139\ufe0f Info"),
        *(
            "\U0001f642\u200d\u2194\ufe0f",
            "\U0001f469\U0001f3fd\u200d\U0001f4bb",
            "\u845b\U000e0100",
        ),
        *("\U0001fae9", "\u0600\u0661"),
    ],
)
def test_what_scripts_and_emoji_need_is_taken(name: str) -> None:
    assert folded(name) == name
    assert problem(name, longest=20) == ""


@pytest.mark.parametrize(
    ("name", "named"),
    [
        *(
            (f"a{one}b", one)
            for one in "\u200b\u200c\u200d\u00ad\u2060\ufeff\u202e\u2066\u034f\ufe0f"
        ),
        *((f"a{one}b", one) for one in "\x00\n\x1b\x85\ud800\ue000\u3164\u2800\U000e0041"),
        *((one, one) for one in "\u200d\u3164\u2800\ufe0f"),
        ("\U0001f600\u200d", "\u200d"),
        ("\u0645\u200c\u200c\u062e", "\u200c"),
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_refused_and_named(name: str, named: str) -> None:
    said = problem(folded(name), longest=20)
    assert said == f"has 1 to 20 printable characters; U+{ord(named):04X} is none"


def test_something_must_be_seen() -> None:
    assert "nothing of this one can be seen" in problem("\u0301\u0302", longest=20)
    for name in ("", "x" * 21):
        assert problem(name, longest=20) == "has 1 to 20 printable characters"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *(
            ("a b", "a  b"),
            (" a\u00a0b ", "a b"),
            ("Bu\u0308ro", "Büro"),
            ("\u2764", "\u2764\ufe0f"),
        ),
        *(("a[U+202E]b", "a\u202eb"), ("ab", "a\u200bb"), (FAMILY, FAMILY)),
    ],
)
def test_what_is_seen_is_what_is_typed(typed: str, name: str) -> None:
    assert same_to_see(typed, name)


@pytest.mark.parametrize(("typed", "name"), [("a c", "a b"), ("A", "a"), ("ab", "a b"), ("", "a")])
def test_what_is_seen_differs(typed: str, name: str) -> None:
    assert not same_to_see(typed, name)


@given(st.text())
def test_a_name_stays_as_it_is_stored(text: str) -> None:
    name = folded(text)
    assert folded(name) == name
    assert same_to_see(name, text)
    problem(name, longest=50)


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("Shop", "shop", True),
        (PERSIAN, PERSIAN.replace("\u200c", ""), True),
        (FAMILY, FAMILY.replace("\u200d", ""), True),
        ("\u2764\ufe0f", "\u2764", True),
        (FAMILY, "\U0001f468", False),
        ("a b", "ab", False),
    ],
)
def test_names_that_look_alike_are_the_same(name: str, other: str, alike: bool) -> None:
    assert (look(name) == look(other)) is alike
