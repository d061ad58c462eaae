"""Who said what, of all that a summary holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from memory.policy.amounts import NUMBER_KEYS, Priced
from memory.policy.leaves import EMPTY, REST, Leaf, Path, leaves_of, leaves_said, objects_in
from memory.policy.pricing import beside, sealed
from memory.policy.readings import WINDOWS, Statement
from memory.policy.shapes import JSON
from memory.policy.spelling import in_order
from memory.policy.summaries import Summary, placed_windows


class Origins:
    """Finds the statements behind what was merged; statements are numbered by precedence."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._last: dict[Leaf, int] = {}
        self._times: dict[Leaf, int] = {}
        self._at: dict[Path, int] = {}
        for number, left in enumerate(summary.left):
            said = {leaf for leaf, _ in leaves_said(left)}
            for leaf in said:
                for path in prefixes(leaf[0]):
                    self._at[path] = number
            for leaf in said.union(objects_in(left.rest, REST)):
                self._last[leaf] = number
                self._times[leaf] = self._times.get(leaf, 0) + 1
        self.standing = set(self._standing())
        self._find_moved()
        self._winners: dict[Path, int] = {}
        for leaf in self.standing:
            for path in prefixes(leaf[0]):
                self._winners[path] = max(self._number([leaf]), self._winners.get(path, -1))

    def _find_moved(self) -> None:
        """Let a bound that came to stand in an object among others be what was said around it."""
        for path, same in list(self.standing):
            said = (path[:-1], same)
            if path[-1] in NUMBER_KEYS and (path, same) not in self._last and said in self._last:
                self._last[path, same], self._times[path, same] = (
                    self._last[said],
                    self._times[said],
                )
                self.standing.add(said)

    def _standing(self) -> Iterator[Leaf]:
        for name, items in self._summary.lists.items():
            yield from (((name,), same) for same in items or (EMPTY,))
        for leaf, _ in leaves_of(self._summary.rest, REST):
            yield leaf

    def _number(self, leaves: list[Leaf]) -> int:
        """Return who said one of the leaves last; else who spoke last of their place."""
        found = [self._last[leaf] for leaf in leaves if leaf in self._last]
        nobody = len(self._summary.statements) - 1
        return max(found) if found else self._at.get(leaves[0][0], nobody)

    def sayer(self, leaves: list[Leaf]) -> Statement:
        """Return the statement that said one of the leaves of a value last."""
        return self._summary.statements[self._number(leaves)]

    def times(self, leaves: list[Leaf]) -> int:
        """Return how many statements said a value."""
        return max(1, sum(self._times.get(leaf, 0) for leaf in leaves))

    def last(self, leaf: Leaf) -> int | None:
        """Return the number of the statement that said a leaf last."""
        return self._last.get(leaf)

    def winner(self, path: Path) -> int | None:
        """Return the number of the strongest statement behind what stands at a path, or around."""
        for length in range(len(path), 1, -1):
            if path[:length] in self._winners:
                return self._winners[path[:length]]
        return self._winners.get(path) if path != REST else None

    def lists(self) -> Iterator[tuple[str, list[tuple[JSON, list[Leaf]]]]]:
        """Yield each list of the summary: its items as they stand in it, each with its leaves."""
        for name, items in self._summary.lists.items():
            if name == WINDOWS:
                entries = placed_windows(self._summary)
            else:
                spelled = {text.strip(): same for same, text in items.items()}
                entries = [(text, [spelled[text]]) for text in in_order(items.values())]
            yield name, [(item, [((name,), same) for same in forms]) for item, forms in entries]

    def rest(self) -> Iterator[tuple[Leaf, JSON]]:
        """Yield the leaves of what is in no list, with their values as the summary has them."""
        if self._summary.rest:
            for leaf, value in leaves_of(self._summary.rest, REST):
                is_priced = isinstance(value, Priced)
                yield leaf, beside(self._siblings(leaf[0]), value) if is_priced else sealed(value)

    def _siblings(self, path: Path) -> Mapping[str, Any]:
        siblings: dict[str, Any] = self._summary.rest
        for key in path[1:-1]:
            siblings = siblings[key]
        return siblings


def prefixes(path: Path) -> Iterator[Path]:
    """Yield a path and all that lead to it, the shortest first."""
    for length in range(1, len(path) + 1):
        yield path[:length]
