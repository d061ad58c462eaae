"""Draws the policy's matrix with how often each pair of scope and purpose class was denied."""

from __future__ import annotations

from dataclasses import dataclass

from memory.decided import Denials
from memory.policy.access import is_allowed
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass, Scope

LEVELS = 4
COLUMNS: tuple[PurposeClass, ...] = (*PURPOSE_CLASSES, PurposeClass.UNRECOGNIZED)


@dataclass(frozen=True)
class Cell:
    """How often it was denied; `level` is how dark, from 0 for never to LEVELS for most often."""

    scope: str
    purpose_class: str
    denied: int
    is_allowed: bool
    level: int


def heat(denials: Denials) -> list[tuple[str, list[Cell]]]:
    """Return the cells of each scope, in the order of COLUMNS.

    A pair that the policy allows can be denied by the key, or by what the project registered.
    """
    most = max(denials.cells.values(), default=0)
    return [
        (str(scope), [_cell(str(scope), str(one), denials, most) for one in COLUMNS])
        for scope in Scope
    ]


def _cell(scope: str, purpose_class: str, denials: Denials, most: int) -> Cell:
    denied = denials.cells.get((scope, purpose_class), 0)
    # By the square root: one pair that is denied often does not make all others look alike.
    level = -int(-LEVELS * (denied / most) ** 0.5 // 1) if denied else 0
    return Cell(scope, purpose_class, denied, is_allowed(scope, purpose_class), level)
