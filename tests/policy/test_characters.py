"""Runs of combining marks: they neither switch normalising off nor cost more than their length."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.policy.characters import has_run_of_marks, normalize
from memory.policy.purposes import PURPOSE_UNREADABLE, understand
from memory.policy.shapes import snake_case
from memory.policy.spelling import normal_form
from memory.policy.vocabulary import PurposeClass

ACUTE = "\N{COMBINING ACUTE ACCENT}"
JOINER = "\N{COMBINING GRAPHEME JOINER}"
VOICED = "\N{HALFWIDTH KATAKANA VOICED SOUND MARK}"
RUNS = [
    ACUTE * 31,
    ACUTE * 5000,
    (ACUTE + JOINER) * 16,
    VOICED * 31,
    "\N{COMBINING DOT BELOW}\N{COMBINING ACUTE ACCENT}" * 16,
]
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def wide(text: str) -> str:
    return text.translate(WIDE)


# The koronis becomes a blank and a mark.
texts = st.text(st.sampled_from(["a", "é", " ", "\N{GREEK KORONIS}", *wide("A!"), ACUTE, VOICED]))


@pytest.mark.parametrize("run", RUNS, ids=lambda run: ascii(run[:3]))
class TestRuns:
    def test_a_purpose_with_one_is_unrecognized(self, run: str) -> None:
        for purpose in (
            f"recommend books{run}",
            f"{run}recommend books",
            f"{wide('execute payment')}, recommend x{run}",
            f"recommendation{run}",
        ):
            assert understand(purpose).reason == PURPOSE_UNREADABLE

    def test_what_stands_around_it_is_still_compared(self, run: str) -> None:
        assert normal_form(f"x{run} {wide('Pizza')}") == normal_form(f"x{run} pizza")
        assert normal_form(f"{wide('Pizza')} x{run}") == normal_form(f"pizza x{run}")
        assert normal_form(f"x{run}") != normal_form("x")
        assert snake_case(f"Favorite Food é{run}") == snake_case(f"favorite_food é{run}")


def test_what_languages_write_is_no_run() -> None:
    for text in (
        "Tiếng Việt",
        "שָׁלוֹם",
        "ภาษาไทยที่",
        "བོད་ཡིག",
        "क्षेत्रीय",
        "e" + ACUTE * 30,
        wide("!" * 100),
        "\N{EM DASH}\N{HORIZONTAL ELLIPSIS}" * 40,
        "👩‍👩‍👧‍👦" * 20,
    ):
        assert not has_run_of_marks(text)
        assert normalize("NFKC", text) == unicodedata.normalize("NFKC", text)
    assert understand(wide("recommend books")).purpose_class is PurposeClass.RECOMMENDATION


@given(texts, st.sampled_from(["", *RUNS]), texts)
def test_it_is_idempotent(before: str, run: str, after: str) -> None:
    once = normalize("NFKC", before + run + after)
    assert normalize("NFKC", once) == once
