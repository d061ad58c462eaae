"""Compares what a page of usage shows, by chart, tables and files, with what is stored."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from apikeys.models import ApiKey, PastHour, UsageDay, UsageHour
from apikeys.models.usage import UsageSums

KINDS = {
    "Served": "served",
    "Denied by policy": "refused-policy",
    "Refused": "refused",
    "Limited": "limited",
    "Failed": "failed",
}
CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
# As they are drawn on the screen: in hundredths of the column's height, from its bottom.
BARS = """bars => bars.map(bar => {
    const whole = bar.getBoundingClientRect();
    return {
        title: bar.getAttribute('aria-label'),
        parts: [...bar.querySelectorAll('rect')].map(part => {
            const own = part.getBoundingClientRect();
            return {
                kind: part.getAttribute('class'),
                foot: 100 * (whole.bottom - own.bottom) / whole.height,
                height: 100 * own.height / whole.height,
            };
        }),
    };
})"""
GAP, LEAST = 0.6, 0.7  # hundredths: between two parts, and of the smallest part
DASH = "\N{EN DASH}"
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
Rows = list[list[str]]


@dataclass(frozen=True)
class Stored:
    """The sums of what is stored, by kind; of errors, how many requests."""

    steps: dict[str, Counter[str]]
    endpoints: dict[str, Counter[str]]
    keys: dict[str, Counter[str]]
    errors: Counter[tuple[str, str]]


def table(page: Page, name: str) -> Rows:
    """Return a table's cells as the CSV has them: no commas in numbers, nothing for a dash."""
    rows: Rows = page.locator(f"table[data-table={name}] tbody tr").evaluate_all(CELLS)
    return [["" if cell == DASH else THOUSANDS.sub("", cell) for cell in row] for row in rows]


def downloaded(page: Page, link: str) -> list[dict[str, str]]:
    """Return the file behind a link, each row by the names of its columns."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).click()
    with download.value.path().open(newline="") as file:
        return list(csv.DictReader(file))


def check_page(page: Page, *, key: ApiKey | None = None, environment: str = "") -> Rows:
    """Compare all that the open page shows. Return the rows of its table by time."""
    page.get_by_text("Show as table").click()
    rows = table(page, "time")
    stored = _stored(rows, key=key, environment=environment)
    check_chart(page, rows)
    for row in rows:
        counts = [stored.steps.get(row[0], Counter())[kind] for kind in KINDS]
        assert [int(cell) for cell in row[1:]] == [sum(counts), *counts]
    hourly = rows[0][0].endswith("Z")
    by_time = downloaded(page, f"CSV of requests by {'hour' if hourly else 'day'}")
    assert [[*row.values()] for row in by_time] == rows
    check_file(page, "By endpoint", "Endpoint", stored.endpoints)
    errors = table(page, "errors")
    assert {(row[1], row[0]): int(row[2]) for row in errors} == stored.errors
    assert [[*row.values()] for row in downloaded(page, "CSV of errors by code")] == errors
    if key is None:
        check_file(page, "By key", "Key", stored.keys)
    total = f"{sum(int(row[1]) for row in rows):,} in all"
    assert total in str(page.locator("section", has_text="Show as table").text_content())
    return rows


def check_file(page: Page, title: str, first: str, stored: dict[str, Counter[str]]) -> None:
    """Hold that a table's file has the sums that are stored, and that the table is the file."""
    file = downloaded(page, f"CSV {title.lower()}")
    assert {
        row[first]: {kind: int(row[kind]) for kind in KINDS if kind in row} for row in file
    } == {
        name: {kind: counts[kind] for kind in KINDS if kind in file[0]}
        for name, counts in stored.items()
    }
    assert {row[first]: int(row["Requests"]) for row in file} == {
        name: counts.total() for name, counts in stored.items()
    }
    shown = page.get_by_role("region", name=f"Table: {title}", exact=True)
    head = shown.locator("thead th").all_text_contents()
    cells: Rows = shown.locator("tbody tr").evaluate_all(CELLS)
    for row, by_column in zip(cells, file, strict=True):
        for name, cell in zip(head, row, strict=True):
            if by_column.get(name):
                assert THOUSANDS.sub("", cell) == by_column[name]


def check_chart(page: Page, rows: Rows) -> None:
    """Hold that each row has a bar as high as its numbers, kind upon kind, that says them too."""
    bars: list[dict[str, Any]] = page.locator(".plot > li > svg").evaluate_all(BARS)
    top = _number(str(page.locator(".chart .y span").first.text_content()))
    assert top >= max(int(row[1]) for row in rows)
    assert len(bars) == len(rows)
    for bar, (_, _, *numbers) in zip(bars, rows, strict=True):
        counts = [
            (kind, int(number)) for kind, number in zip(KINDS, numbers, strict=True) if int(number)
        ]
        words = ", ".join(f"{number:,} {kind.lower()}" for kind, number in counts)
        assert bar["title"].endswith(f": {words or 'no requests'}")
        assert [part["kind"] for part in bar["parts"]] == [KINDS[kind] for kind, _ in counts]
        foot = 0.0
        for part, (_, number) in zip(bar["parts"], counts, strict=True):
            height = max(100 * number / top, LEAST)
            assert part["foot"] == pytest.approx(foot, abs=0.1)
            assert part["height"] == pytest.approx(height, abs=GAP + 0.1)
            foot += height


def _number(text: str) -> int:
    """Return the number at a line of the chart, which is written short."""
    sizes = {"k": 1000, "M": 1_000_000}
    return int(float(text.rstrip("kM")) * sizes.get(text[-1], 1))


def _stored(rows: Rows, *, key: ApiKey | None, environment: str) -> Stored:
    """Sum up what is stored of the time that the rows are about: the page has its own clock."""
    pattern = "%Y-%m-%dT%H:00:00Z" if rows[0][0].endswith("Z") else "%Y-%m-%d"
    in_hours = rows[0][0].endswith("Z")
    step = timedelta(hours=1) if in_hours else timedelta(days=1)
    first, last = (datetime.strptime(rows[at][0], pattern).replace(tzinfo=UTC) for at in (0, -1))
    asked: dict[str, Any] = {"hour__gte": first, "hour__lt": last + step}
    asked |= {"key_id": key.pk} if key else {}
    asked |= {"environment": environment} if environment else {}
    past = (PastHour if in_hours else UsageDay).objects.filter(**asked)
    found = [*UsageHour.objects.filter(**asked), *past]
    names = {
        one.pk: one.name + (" (deleted)" if one.deleted_at else "") for one in ApiKey.objects.all()
    }
    stored = Stored({}, {}, {}, Counter())
    for row in found:
        kind, step_name = _kind(row), row.hour.astimezone(UTC).strftime(pattern)
        stored.steps.setdefault(step_name, Counter())[kind] += row.requests
        stored.endpoints.setdefault(row.endpoint, Counter())[kind] += row.requests
        stored.keys.setdefault(names[row.key_id], Counter())[kind] += row.requests
        if row.status >= 400:
            stored.errors[str(row.status), row.code] += row.requests
    return stored


def _kind(row: UsageSums) -> str:
    if row.status < 400:
        return "Served"
    if row.code == "policy_denied":
        return "Denied by policy"
    if row.status == 429:
        return "Limited"
    return "Refused" if row.status < 500 else "Failed"
