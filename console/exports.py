"""Makes files to download: CSV that a spreadsheet opens without running what is in it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpResponseBase, StreamingHttpResponse

from foundation.moments import written
from foundation.visible import is_blank

CSV_TYPE = "text/csv; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
# What begins so is a formula to a spreadsheet (OWASP: CSV Injection), in whatever width it comes.
SIGNS = "=+-@\N{MINUS SIGN}"
# A sign and then a number, a telephone number or nothing at all: there is nothing to be run.
VALUE = re.compile(
    r"[+\-\u2212]\s*\(?\d[\d\s.,()/\-]*(?:[eE][+-]?\d+)?\s*%?|[=+\-@\u2212\s]*", re.ASCII
)


class _Line:
    """What csv.writer writes to: it hands each line on."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield each row as a line of CSV (RFC 4180); a formula gets an apostrophe.

    Times are written as the API writes them, lists and objects as JSON.
    """
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow([_cell(cell) for cell in row])


def json_text(value: Any) -> str:
    """Write a value as JSON: times as the API does, keys in one order on every database."""
    return msgspec.json.encode(value, order="sorted").decode()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, list | dict):
        return json_text(value)
    return f"'{value}" if isinstance(value, str) and _would_run(value) else value


def _would_run(text: str) -> bool:
    """Say whether a spreadsheet would take the text for a formula.

    What is blank or invisible before it is passed over, as some spreadsheets do.
    """
    start = next((index for index, one in enumerate(text) if not is_blank(one)), None)
    if start is None or unicodedata.normalize("NFKC", text[start])[:1] not in SIGNS:
        return False
    return VALUE.fullmatch(unicodedata.normalize("NFKC", text[start:])) is None


def download(lines: Iterable[str], *, name: str, content_type: str) -> HttpResponseBase:
    """Send the lines as they come, as a file of that name."""
    response = StreamingHttpResponse(lines, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
