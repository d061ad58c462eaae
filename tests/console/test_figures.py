"""The rows of a table of usage: what each cell shows, and where its drawings stand."""

from __future__ import annotations

import re
from uuid import UUID

from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.models import Project
from apikeys.usage.reports import KINDS, Count, Usage
from console import figures
from console.figures import KeyLine, Table
from console.sparks import spark
from console.templatetags.sparklines import sparkline

KEY = UUID(int=7)
CELL = re.compile(r"<t([hd])[^>]*>(.*?)</t\1>", re.DOTALL)


def counted() -> Count:
    count = Count()
    count.add(200, "", 1_234, [0, 1_000, 234])
    return count


def drawn(table: Table, drawn_after: int) -> list[str]:
    """Return what the cells of a table's first row hold."""
    request = RequestFactory().get("/", {"range": "7d", "csv": "keys", "key": "x"})
    place = {"project": Project(pk=UUID(int=1)), "environment": "test"}
    context = {"table": table, "drawn_after": drawn_after, **place}
    rows = render_to_string("console/_figures.html", context, request).split("<tr>")
    return [cell for _, cell in CELL.findall(rows[2])]


def test_what_was_typed_is_text() -> None:
    usage = Usage(endpoints={"GET /<b>": counted()})
    cells = drawn(figures.by_endpoint(usage), 2)
    assert cells[0] == "<code>GET /&lt;b&gt;</code>"
    assert cells[1] == "1,234"
    usage = Usage(errors={(400, "none"): 3})
    assert drawn(figures.by_error(usage), 0) == ["<code>none</code>", "400", "3"]
    line = spark([1], of="<i>")
    assert "<i>" not in sparkline(line)
    assert 'aria-label="1 request in &lt;i&gt;"' in sparkline(line)


def test_a_keys_line_and_bar_stand_after_its_requests() -> None:
    usage = Usage(keys={KEY: counted()}, trends={KEY: [1, 2]})
    lines = {KEY: KeyLine("<Laptop>", "", "")}
    name, requests, line, bar, denied, p95, this_hour = drawn(figures.by_key(usage, lines, "x"), 2)
    assert f'href="/console/keys/{KEY}/usage/?range=7d"' in name
    assert "<bdi>&lt;Laptop&gt;</bdi>" in name
    assert (requests, denied, p95) == ("1,234", "0", "under 10 ms")
    assert "polyline" in line
    assert 'class="served" x="0.0" width="99.4"' in bar
    assert this_hour == '<span class="quiet">\N{EN DASH}</span>'


def test_latencies_are_drawn_before_they_are_written() -> None:
    _, bar, *written = drawn(figures.latency(Usage(endpoints={"GET /usage": counted()})), 1)
    assert '<rect class="served" x="10" width="20"' in bar
    assert written == ["under 5 ms", "under 10 ms", "under 10 ms"]


def test_every_kind_of_answer_has_its_part_of_the_bar() -> None:
    count = Count()
    for status, code in ((200, ""), (403, "policy_denied"), (404, "x"), (429, ""), (500, "")):
        count.add(status, code, 1)
    _, _, bar, *_ = drawn(figures.by_endpoint(Usage(endpoints={"GET /usage": count})), 2)
    assert bar.count("<rect") == len(KINDS)
