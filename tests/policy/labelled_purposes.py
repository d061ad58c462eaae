"""Purposes that people labelled before the gate saw them, and what it makes of each.

`labelled_purposes.tsv` has a set, a label and a text as JSON for each. A label is one accepted
class or several (`a|b`), `forbidden`, or `vague` for what nobody can place.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from memory.policy.access import MATRIX
from memory.policy.purposes import Understood, understand

FILE = Path(__file__).with_suffix(".tsv")
FORBIDDEN, VAGUE = "forbidden", "vague"


@dataclass(frozen=True)
class Labelled:
    """One purpose, and how it was understood."""

    set: str
    label: str
    text: str

    @property
    def accepted(self) -> frozenset[str]:
        """Return the classes that are right; none for what is forbidden or vague."""
        closed = self.label in (FORBIDDEN, VAGUE)
        return frozenset() if closed else frozenset(self.label.split("|"))

    def understood(self) -> Understood:
        return understand(self.text)

    def is_right(self) -> bool:
        return self.understood().purpose_class in self.accepted

    def is_allowed(self) -> bool:
        return self.understood().reason is None

    def opens_a_wrong_scope(self) -> bool:
        """Say whether it opens a scope that none of the accepted classes would."""
        rightly = {scope for scope in MATRIX if MATRIX[scope] & self.accepted}
        told = self.understood()
        return any(told.purpose_class in MATRIX[scope] for scope in set(MATRIX) - rightly)

    def is_right_when_declared(self) -> bool:
        name = self.label.split("|")[0]
        return understand(f"{name}: {self.text}").purpose_class == name


def labelled() -> Iterator[Labelled]:
    for line in FILE.read_text().splitlines()[1:]:
        name, label, text = line.split("\t")
        yield Labelled(name, label, json.loads(text))
