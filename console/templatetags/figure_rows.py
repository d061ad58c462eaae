"""Draws the tables of a page of usage, each row with what is drawn in it.

In Python, where templates take a third of the page's time for a project's fifty keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from console.advice import ADVICE
from console.charts import Spread
from console.figures import Column, Row, Table
from console.pointers import Pointers
from console.templatetags.drawing import METER, shares
from console.templatetags.isolated import isolated
from console.templatetags.sparklines import sparkline

LONGEST_PURPOSE = 120  # characters of a purpose that a table shows; its page has all
LONGEST_NAME = 40  # of it in the name of a link

register = template.Library()


@register.simple_tag
def figure_heads(table: Table, drawn_after: int | str) -> SafeString:
    """Draw the heads of the columns, with that of what is drawn behind so many of them."""
    heads = []
    for number, column in enumerate(table.on_page(), start=1):
        is_number = number > 1 and not column.is_code
        kind = ' class="num"' if is_number else ""
        heads.append(f'<th scope="col"{kind}>{escape(column.name)}</th>')
        if number == drawn_after and table.drawn:
            line = '<th scope="col">Requests over time</th>' if table.name == "keys" else ""
            heads.append(f'{line}<th scope="col">{escape(table.drawn)}</th>')
    return mark_safe("".join(heads))  # noqa: S308 - escaped above


@register.simple_tag(takes_context=True)
def figure_rows(context: Context, table: Table, drawn_after: int | str, kept: str) -> SafeString:
    """Draw the rows; `kept` is the page's query, with which a key's own page is opened."""
    to = Pointers(context["project"], context["environment"])
    key = context.get("key")
    of_key = {"key": str(key.pk)} if key else {}
    drawn = []
    for row, cells in table.labelled():
        breaks = ' class="breaks"' if table.name == "purposes" else ""
        name = _name(table, row, *cells[0], to, of_key, kept)
        others = _cells(table, row, cells, drawn_after)
        drawn.append(f'<tr><th scope="row"{breaks}>{name}</th>{others}</tr>')
    return mark_safe("".join(drawn))  # noqa: S308 - escaped where they are made


def _name(
    table: Table,
    row: Row,
    column: Column,
    cell: str,
    to: Pointers,
    of_key: Mapping[str, str],
    kept: str,
) -> str:
    """Draw the first cell of a row, which leads to what the row is about."""
    if row.key_id:
        href = to.key(row.key_id, "key_usage") + kept
        return f'<a href="{escape(href)}">{isolated(cell)}</a>'
    if table.name == "errors" and cell in ADVICE:
        href = to.requests_with(code=cell, **of_key)
        return f'<span><a href="{escape(href)}"><code>{escape(cell)}</code></a></span>'
    if table.name == "purposes":
        href = to.bench(scope=str(row.cells[2]), purpose=cell, **of_key)
        said = isolated(Truncator(cell).chars(LONGEST_PURPOSE))
        named = escape(Truncator(cell).chars(LONGEST_NAME))
        return (
            f'<q class="said">{said}</q> <span><a class="chip" href="{escape(href)}">Why'
            f'<span class="hidden"> {named} is denied</span></a></span>'
        )
    return f"<code>{escape(cell)}</code>" if column.is_code else escape(cell)


def _cells(table: Table, row: Row, cells: list[tuple[Column, str]], drawn_after: int | str) -> str:
    """Draw the other cells, and what is drawn in the row behind so many of all."""
    drawn = _drawn(table, row) if table.drawn else ""
    parts = [drawn] if drawn_after == 1 else []
    for number, (column, cell) in enumerate(cells[1:], start=2):
        parts.append(_figure(column, cell))
        if number == drawn_after:
            parts.append(drawn)
    return "".join(parts)


def _figure(column: Column, cell: str) -> str:
    label = f'data-label="{escape(column.name)}"'
    if column.is_code:
        return f"<td {label}><code>{escape(cell)}</code></td>"
    shown = escape(cell) if cell else '<span class="quiet">\N{EN DASH}</span>'
    return f'<td class="num" {label}>{shown}</td>'


def _drawn(table: Table, row: Row) -> str:
    """Draw the cells of a row that have drawings."""
    line = f'<td data-label="Requests over time">{sparkline(row.spark)}</td>' if row.spark else ""
    bar = ""
    if row.parts:
        bar = shares(row.parts)
    elif row.spread:
        bar = _spread(row.spread)
    return f'{line}<td class="bars" data-label="{escape(table.drawn)}">{bar}</td>'


def _spread(one: Spread) -> str:
    return (
        f'{METER}<rect class="served" x="{one.start}" y="2" width="{one.tail}" height="2"></rect>'
        f'<rect class="served" x="{one.start}" width="{one.width}" height="6"></rect></svg>'
    )
