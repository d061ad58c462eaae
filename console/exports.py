"""Makes files to download: CSV that a spreadsheet opens without running what is in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse

CSV_TYPE = "text/csv; charset=utf-8"
# A cell that begins so is a formula to a spreadsheet (OWASP: CSV Injection).
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv.writer writes to: it hands each line on."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield each row as a line of CSV (RFC 4180); a text like a formula gets an apostrophe."""
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow([_harmless(cell) for cell in row])


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell


def download(lines: Iterable[str], *, name: str, content_type: str) -> HttpResponseBase:
    """Send the lines as they come, as a file of that name."""
    response = StreamingHttpResponse(lines, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
