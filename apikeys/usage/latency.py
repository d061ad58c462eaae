"""What a histogram of latencies tells: between which bounds a share of the requests stayed."""

from __future__ import annotations

from collections.abc import Sequence

from apikeys.usage.samples import BOUNDS


def column_within(share: float, counts: Sequence[int]) -> int | None:
    """Return the index in usage.COLUMNS that this share (0 to 1) of the requests stayed within.

    `counts` has a number for each of usage.COLUMNS. None without a request.
    """
    rank = share * sum(counts)
    if not rank:
        return None
    passed = 0
    for index, count in enumerate(counts):
        passed += count
        if count and passed >= rank:
            return index
    return len(counts) - 1


def milliseconds(column: int | None) -> int:
    """Return a column's bound, under which its requests stayed; of the last, the one before it."""
    return 0 if column is None else BOUNDS[min(column, len(BOUNDS) - 1)]


def in_words(column: int | None) -> str:
    """Write for people what is known of a column: `under 20 ms`, `2 s or more`, or nothing."""
    if column is None:
        return ""
    if column >= len(BOUNDS):
        return f"{_written(BOUNDS[-1])} or more"
    return f"under {_written(BOUNDS[column])}"


def _written(bound: int) -> str:
    return f"{bound} ms" if bound < 1000 else f"{bound / 1000:g} s"
