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

from apikeys.models import ApiKey, UsageHour

KINDS = ("served", "refused", "limited", "failed")
CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
# As they are drawn on the screen: in hundredths of the drawing's height, from its bottom.
BARS = """bars => bars.map(bar => {
    const { d: unit, f: top } = bar.ownerSVGElement.getScreenCTM();
    return {
        title: bar.querySelector('title').textContent,
        parts: [...bar.querySelectorAll('rect')].map(part => {
            const own = part.getBoundingClientRect();
            return {
                kind: part.getAttribute('class'),
                foot: 100 - (own.bottom - top) / unit,
                height: own.height / unit,
            };
        }),
    };
})"""
DASH = "\N{EN DASH}"
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
Rows = list[list[str]]


@dataclass(frozen=True)
class Stored:
    """The sums of what is stored; of each count, how many were errors."""

    steps: dict[str, Counter[str]]
    endpoints: Counter[str]
    keys: Counter[str]
    errors: Counter[tuple[str, str]]
    failed_by_endpoint: Counter[str]
    failed_by_key: Counter[str]


def table(page: Page, name: str) -> Rows:
    """Return a table's cells as the CSV has them: no commas in numbers, nothing for a dash."""
    rows: Rows = page.locator(f"table[data-table={name}] tbody tr").evaluate_all(CELLS)
    return [["" if cell == DASH else THOUSANDS.sub("", cell) for cell in row] for row in rows]


def downloaded(page: Page, title: str) -> Rows:
    """Return the file behind the link below a table, without its head, which is the table's."""
    with page.expect_download() as download:
        page.get_by_role("link", name=f"CSV of {title}").click()
    with download.value.path().open(newline="") as file:
        head, *rows = csv.reader(file)
    shown = page.get_by_role("region", name=f"Table: {title}").locator("thead th")
    assert head == shown.all_text_contents()
    return rows


def check_page(page: Page, *, key: ApiKey | None = None, environment: str = "") -> Rows:
    """Compare all that the open page shows. Return the rows of its table by time."""
    page.get_by_text("Show as table").click()
    rows = table(page, "time")
    stored = _stored(rows, key=key, environment=environment)
    check_chart(page, rows)
    for row in rows:
        counts = [stored.steps.get(row[0], Counter())[kind] for kind in KINDS]
        assert [int(cell) for cell in row[1:]] == [sum(counts), *counts]
    by_time = "Requests by hour" if rows[0][0].endswith("Z") else "Requests by day"
    assert downloaded(page, by_time) == rows
    endpoints = table(page, "endpoints")
    assert {row[0]: (int(row[1]), int(row[2])) for row in endpoints} == {
        name: (count, stored.failed_by_endpoint[name]) for name, count in stored.endpoints.items()
    }
    assert all(row[3] and row[4] for row in endpoints)
    assert downloaded(page, "By endpoint") == endpoints
    errors = table(page, "errors")
    assert {(row[0], row[1]): int(row[2]) for row in errors} == stored.errors
    assert downloaded(page, "Errors") == errors
    if key is None:
        keys = table(page, "keys")
        assert {row[0]: (int(row[2]), int(row[3])) for row in keys} == {
            name: (count, stored.failed_by_key[name]) for name, count in stored.keys.items()
        }
        assert downloaded(page, "By key") == keys
    total = page.locator("dl.tiles div", has_text="Requests").locator("dd").text_content()
    assert total == f"{sum(int(row[1]) for row in rows):,}"
    return rows


def check_chart(page: Page, rows: Rows) -> None:
    """Hold that each row has a bar as high as its numbers, kind upon kind, that says them too."""
    bars: list[dict[str, Any]] = page.locator(".chart svg g").evaluate_all(BARS)
    most = max(int(row[1]) for row in rows)
    assert page.locator(".chart > p").first.text_content() == f"{most:,}"
    assert len(bars) == len(rows)
    for bar, (name, _, *numbers) in zip(bars, rows, strict=True):
        counts = [
            (kind, int(number)) for kind, number in zip(KINDS, numbers, strict=True) if int(number)
        ]
        words = ", ".join(f"{number} {kind}" for kind, number in counts) or "no request"
        assert bar["title"] == f"{name}: {words}"
        assert [part["kind"] for part in bar["parts"]] == [kind for kind, _ in counts]
        foot = 0.0
        for part, (_, number) in zip(bar["parts"], counts, strict=True):
            assert part["foot"] == pytest.approx(foot, abs=0.05)
            assert part["height"] == pytest.approx(100 * number / most, abs=0.05)
            foot += part["height"]
    highest = max(sum(part["height"] for part in bar["parts"]) for bar in bars)
    assert highest == pytest.approx(100, abs=0.1)


def _stored(rows: Rows, *, key: ApiKey | None, environment: str) -> Stored:
    """Sum up what is stored of the time that the rows are about: the page has its own clock."""
    pattern = "%Y-%m-%dT%H:00:00Z" if rows[0][0].endswith("Z") else "%Y-%m-%d"
    step = timedelta(hours=1) if rows[0][0].endswith("Z") else timedelta(days=1)
    first, last = (datetime.strptime(rows[at][0], pattern).replace(tzinfo=UTC) for at in (0, -1))
    found = UsageHour.objects.filter(hour__gte=first, hour__lt=last + step)
    if key:
        found = found.filter(key_id=key.pk)
    if environment:
        found = found.filter(environment=environment)
    names = {
        one.pk: one.name + (" (deleted)" if one.deleted_at else "") for one in ApiKey.objects.all()
    }
    stored = Stored({}, Counter(), Counter(), Counter(), Counter(), Counter())
    for row in found:
        step_name = row.hour.astimezone(UTC).strftime(pattern)
        stored.steps.setdefault(step_name, Counter())[_kind(row.status)] += row.requests
        stored.endpoints[row.endpoint] += row.requests
        stored.keys[names[row.key_id]] += row.requests
        if row.status >= 400:
            stored.errors[str(row.status), row.code] += row.requests
            stored.failed_by_endpoint[row.endpoint] += row.requests
            stored.failed_by_key[names[row.key_id]] += row.requests
    return stored


def _kind(status: int) -> str:
    if status < 400:
        return "served"
    if status == 429:
        return "limited"
    return "refused" if status < 500 else "failed"
