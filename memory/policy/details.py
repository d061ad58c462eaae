"""What stands behind a summary: who said each value and when, and what did not come through."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from memory.policy.merging import Statement, merge
from memory.policy.shapes import JSON
from memory.policy.vocabulary import Scope, Source


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the summary: the last word on it, and how many statements said it."""

    path: str
    value: JSON
    source: str
    said_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Overruled:
    """One value that was said and is not in the summary, and why not."""

    path: str
    value: JSON
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Detail:
    """What a read adds when it is asked for detail; `counts` are statements by source."""

    values: list[Value]
    overruled: list[Overruled]
    counts: dict[str, int]
    newest_at: datetime | None
    prompt_text: str


def detail(scope: Scope | str, statements: Iterable[Statement]) -> Detail:
    """Return what stands behind the summary of the same statements."""
    unique = list({statement.id: statement for statement in statements}.values())
    merged = merge(scope, unique)
    counts = dict.fromkeys(map(str, Source), 0)
    for statement in unique:
        counts[statement.source] += 1
    newest_at = max((statement.created_at for statement in unique), default=None)
    return Detail([], [], counts, newest_at, merged.summary_text)
