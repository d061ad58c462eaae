"""A `Prefer` header is read as RFC 7240 writes it, and anything else does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.preferences import LONGEST_READ, preferences


@pytest.mark.parametrize(
    "header",
    [
        "handling=strict",
        "Handling=strict",
        'handling="strict"',
        "handling = strict",
        r'handling="s\trict"',
        "respond-async, wait=10, handling=strict",
        "handling=strict; for=you",
        'note="a, b; handling=lenient", handling=strict',
        r'note="\"", handling=strict',
        "handling=strict, handling=lenient",
        ",, handling=strict,",
        'broken", handling=strict',
    ],
)
def test_who_asks_for_strictness_is_understood(header: str) -> None:
    assert preferences(header)["handling"] == "strict"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "handling",
        "handling=lenient",
        "handling=lenient, handling=strict",
        "handling=strictly",
        'note="handling=strict"',
        'note="a, handling=strict"',
        "note; handling=strict",
        "x-handling=strict",
        "=strict",
        "handling=strict".rjust(LONGEST_READ + 1),
    ],
)
def test_who_does_not_is_not(header: str) -> None:
    assert preferences(header).get("handling") != "strict"


@given(st.text(st.sampled_from('a="\\,; ')))
def test_nothing_makes_it_fail(header: str) -> None:
    assert all(name == name.strip() and name for name in preferences(header))
