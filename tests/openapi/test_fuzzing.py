"""Whatever the description allows, and forbids: the running service answers as it says."""

from __future__ import annotations

import os

import pytest

from bench.fuzz import Findings, fuzz

EXAMPLES = 5  # requests an operation; `make fuzz` makes many more


@pytest.fixture(scope="module")
def found() -> Findings:
    return fuzz(os.environ.get("TEST_DATABASE_URL", ""), examples=EXAMPLES, seed=1, in_short=True)


def test_no_answer_is_other_than_described(found: Findings) -> None:
    assert found.clean, f"{found.summary()}\n{found.output}"


def test_it_was_asked_a_lot(found: Findings) -> None:
    assert found.cases > 1000
