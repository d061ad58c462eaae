"""The cells of the matrix that a project closed. It can close what is open, and open nothing."""

from collections.abc import Iterable
from typing import NamedTuple

from memory.policy.access import MATRIX


class Cell(NamedTuple):
    """A scope and a class that may read it."""

    scope: str
    purpose_class: str

    def __str__(self) -> str:
        return f"{self.scope}:{self.purpose_class}"


# What there is to close, in the order of the matrix and of the classes' names.
OPEN_CELLS: tuple[Cell, ...] = tuple(
    Cell(str(scope), name)
    for scope, allowed in MATRIX.items()
    for name in sorted(map(str, allowed))
)


def cells_of(words: Iterable[str]) -> frozenset[Cell]:
    """Return the cells that are written as `scope:class`, as rows, forms and the record do."""
    return frozenset(Cell(*word.partition(":")[::2]) for word in words)


def words_of_cells(cells: Iterable[tuple[str, str]]) -> list[str]:
    """Return the cells as they are written, in order and each once."""
    chosen = set(cells)
    return [str(cell) for cell in OPEN_CELLS if cell in chosen]
