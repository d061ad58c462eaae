"""The tables of the policy: what must be true of every one of them, and their version."""

import os
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from memory.policy.access import MATRIX
from memory.policy.classes import NEEDS, TELLING, WEAK
from memory.policy.purposes import understand
from memory.policy.version import POLICY_VERSION, RULES, TABLES, fingerprint
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass, Scope

ROOT = Path(__file__).resolve().parents[2]
NEEDY = {word for words, _ in NEEDS for word in words}


class TestClasses:
    @pytest.mark.parametrize("level", [TELLING, WEAK], ids=["telling", "weak"])
    def test_no_word_stands_in_two_classes(self, level: dict[PurposeClass, frozenset[str]]) -> None:
        for one, other in combinations(level, 2):
            assert not level[one] & level[other]

    def test_no_word_is_both_telling_and_weak(self) -> None:
        assert not frozenset().union(*TELLING.values()) & frozenset().union(*WEAK.values())

    def test_every_word_can_be_met(self) -> None:
        for level in (TELLING, WEAK):
            for name, words in level.items():
                for word in words - NEEDY:
                    assert understand(f"xx {word}").purpose_class is name

    def test_a_word_that_needs_another_is_weak(self) -> None:
        assert frozenset().union(*WEAK.values()) >= NEEDY

    def test_words_name_only_real_classes(self) -> None:
        assert set(TELLING) == set(PURPOSE_CLASSES)
        assert set(WEAK) <= set(PURPOSE_CLASSES)


def changed(table: Any) -> Any:
    """Return the table with a little change in it."""
    if isinstance(table, frozenset):
        return frozenset(sorted(table, key=str)[1:])
    if isinstance(table, tuple):
        return (changed(table[0]), *table[1:])
    if isinstance(table, int):
        return table + 1
    if isinstance(table, str):
        return f"{table}x"
    if isinstance(table, re.Pattern):
        return re.compile(f"{table.pattern}x")
    if is_dataclass(table) and not isinstance(table, type):
        name = next(field.name for field in fields(table) if getattr(table, field.name))
        return replace(table, **{name: changed(getattr(table, name))})
    key = next(iter(table))
    return {**table, key: changed(table[key])}


class TestVersion:
    def test_it_is_sixteen_hex_digits_of_the_policy_as_it_is(self) -> None:
        assert len(POLICY_VERSION) == 16
        assert int(POLICY_VERSION, 16) >= 0
        assert fingerprint(TABLES, rules=RULES) == POLICY_VERSION

    @pytest.mark.parametrize("seed", ["0", "1", "4321"])
    def test_every_process_has_the_same(self, seed: str) -> None:
        told = subprocess.run(
            [sys.executable, "-c", "from memory.policy.version import *; print(POLICY_VERSION)"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == POLICY_VERSION

    def test_it_holds_every_table(self) -> None:
        names = {name.rpartition(".")[2] for name in TABLES}
        assert {"MATRIX", "TELLING", "WEAK", "CONSEQUENCE", "NEEDS", "NOT_BEFORE", "NOT_AFTER"} <= (
            names
        )
        assert {"WORDS", "PHRASES", "PAIRS", "DOUBTS", "VETOES", "PEOPLE", "WIDER"} <= names

    @pytest.mark.parametrize("name", sorted(TABLES))
    def test_each_change_of_a_table_changes_it(self, name: str) -> None:
        other = {**TABLES, name: changed(TABLES[name])}
        assert fingerprint(other, rules=RULES) != POLICY_VERSION

    def test_a_changed_cell_changes_it(self) -> None:
        for scope in Scope:
            for purpose_class in PURPOSE_CLASSES:
                matrix = {**MATRIX, scope: MATRIX[scope] ^ {purpose_class}}
                other = {**TABLES, "memory.policy.access.MATRIX": matrix}
                assert fingerprint(other, rules=RULES) != POLICY_VERSION

    def test_the_number_of_the_rules_changes_it(self) -> None:
        assert fingerprint(TABLES, rules=RULES + 1) != POLICY_VERSION
