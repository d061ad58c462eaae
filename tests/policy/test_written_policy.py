"""docs/policy.md says of the gate what its tables say."""

import re
from pathlib import Path

import pytest

from memory.policy.classes import CONSEQUENCE, TELLING, WEAK
from memory.policy.purposes import understand
from memory.policy.vetoed_words import WORDS
from memory.policy.vocabulary import PurposeClass

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "policy.md").read_text()
UNDERSTOOD = PAGE[PAGE.index("## How a purpose is understood") : PAGE.index("### Vetoes")]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table after a heading."""
    table = UNDERSTOOD[UNDERSTOOD.index(heading) :].partition("|---")[2].partition("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("| ")
    ]


def test_the_telling_words_are_those_of_the_table() -> None:
    for name, words, *_ in rows("**Telling words**"):
        for word in words.partition(";")[0].split(", "):
            assert word in TELLING[PurposeClass(name.strip("`"))]
    assert {name.strip("`") for name, *_ in rows("**Telling words**")} == set(TELLING)


def test_the_weak_words_are_those_of_the_table() -> None:
    seen: set[str] = set()
    name = ""
    for cell, words, *_ in rows("**Weak words**"):
        name = cell.strip("`") or name
        for word in words.split(", "):
            assert word in WEAK[PurposeClass(name)]
        seen.add(name)
    assert seen == set(WEAK)


def test_the_precedence_is_that_of_the_table() -> None:
    assert ", ".join(f"`{name}`" for name in CONSEQUENCE) in re.sub(r"\s+", " ", UNDERSTOOD)


@pytest.mark.parametrize(("purposes", "name"), rows('remind me" is task_execution'))
def test_the_examples_are_understood_as_written(purposes: str, name: str) -> None:
    for purpose in purposes.split(" · "):
        assert understand(purpose).purpose_class == name


def test_every_family_of_vetoes_is_named() -> None:
    vetoes = re.sub(r"\s+", " ", PAGE[PAGE.index("### Vetoes") :])
    assert " · ".join(WORDS) in vetoes
