"""What a histogram of latencies tells: the milliseconds that a share of requests stayed under."""

from __future__ import annotations

from collections.abc import Sequence

from apikeys.usage.samples import BOUNDS


def quantile(share: float, counts: Sequence[int]) -> float | None:
    """Return the milliseconds that this share (0 to 1) of the requests stayed within.

    `counts` has a number for each of usage.COLUMNS. Within a column, requests are taken as evenly
    spread, as Prometheus' histogram_quantile does; among those over the last bound nothing is
    known but that bound, which is returned. None without a request.
    """
    rank = share * sum(counts)
    if not rank:
        return None
    passed, low = 0, 0
    for bound, count in zip(BOUNDS, counts, strict=False):
        if count and passed + count >= rank:
            return low + (bound - low) * (rank - passed) / count
        passed, low = passed + count, bound
    return float(BOUNDS[-1])


def in_words(milliseconds: float | None) -> str:
    """Write it for people: `4.2 ms`, `2000 ms or more`, or nothing."""
    if milliseconds is None:
        return ""
    if milliseconds >= BOUNDS[-1]:
        return f"{BOUNDS[-1]} ms or more"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"
