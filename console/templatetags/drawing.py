"""Draws what has many like parts: columns of a chart, rows of numbers, the parts of a bar.

In Python, where a template would take ten times as long for a page of ninety days.
"""

from __future__ import annotations

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from console.charts import Bar, Chart, Part
from console.figures import Table
from console.heat import Cell
from console.templatetags.icons import icon
from memory.policy.vocabulary import PurposeClass

PATTERNS = {"refused-policy": "across", "limited": "down"}  # in templates/console/_patterns.html

NOW = ' class="part"'

register = template.Library()


@register.simple_tag
def columns(chart: Chart) -> SafeString:
    """Draw the columns as items of a list: each is a drawing, and a tip with its numbers."""
    return mark_safe("".join(map(_column, chart.bars)))  # noqa: S308 - escaped below


def _column(bar: Bar) -> str:
    kinds = "".join(
        f'<span>{escape(kind)}</span><span class="num">{escape(number)}</span>'
        for kind, number in bar.kinds
    )
    return (
        f'<li{NOW if bar.is_now else ""} tabindex="0">'
        '<svg viewBox="0 0 10 100" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(bar.words)}">{"".join(map(_part, bar.parts))}</svg>'
        f'<span class="tip" aria-hidden="true"><b>{escape(bar.name)}: {escape(bar.requests)}</b>'
        f"{kinds}</span></li>"
    )


def _part(part: Part) -> str:
    drawn = f'<rect class="{part.kind}" width="10" y="{part.at}" height="{part.size}"></rect>'
    if part.kind in PATTERNS:
        path = f"M0 {part.at}h10v{part.size}h-10z"
        drawn += f'<path fill="url(#{PATTERNS[part.kind]})" d="{path}"></path>'
    return drawn


@register.simple_tag
def numbers(table: Table) -> SafeString:
    """Draw the rows of a table of nothing but numbers, each with its name."""
    rows, labels = [], [escape(column.name) for column in table.on_page()]
    for _, (first, *others) in table.labelled():
        cells = "".join(
            f'<td class="num" data-label="{label}">{escape(cell)}</td>'
            for label, (_, cell) in zip(labels[1:], others, strict=True)
        )
        rows.append(f'<tr><th scope="row">{escape(first[1])}</th>{cells}</tr>')
    return mark_safe("".join(rows))  # noqa: S308 - escaped above


METER = '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'


def shares(parts: list[Part]) -> str:
    """Draw the parts of one bar, beside each other."""
    drawn = "".join(
        f'<rect class="{part.kind}" x="{part.at}" width="{part.size}" height="6"></rect>'
        for part in parts
    )
    return f"{METER}{drawn}</svg>"


@register.simple_tag
def pairs(cells: list[Cell], why: str) -> SafeString:
    """Draw how often each pair of one scope was denied; `why` leads to the page about it."""
    drawn = (_pair(cell, escape(why)) for cell in cells)
    return mark_safe("".join(drawn))  # noqa: S308 - numbers, and names of the policy


def _pair(cell: Cell, why: str) -> str:
    shown = ""
    if cell.is_allowed:
        words = "allowed, denied " if cell.denied else "allowed"
        shown = f'{icon("check")}<span class="hidden">{words}</span>'
    if cell.denied:
        named = cell.purpose_class != PurposeClass.UNRECOGNIZED
        query = f"?scope={cell.scope}" + (f"&amp;purpose={cell.purpose_class}" if named else "")
        number = f'{cell.denied:,}<span class="hidden">: why</span>'
        shown += f' <a href="{why}{query}">{number}</a>'
    elif not cell.is_allowed:
        shown = '<span class="quiet">0</span>'
    level = f' class="h{cell.level}"' if cell.level else ""
    return f"<td{level}>{shown}</td>"
