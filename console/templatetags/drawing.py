"""Draws what has many like parts: columns of a chart, rows of numbers.

In Python, where a template would take ten times as long for a page of ninety days.
"""

from __future__ import annotations

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from console.charts import Bar, Chart, Part
from console.figures import Table

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
    rows = []
    for _, (first, *others) in table.labelled():
        cells = "".join(
            f'<td class="num" data-label="{escape(column.name)}">{escape(cell)}</td>'
            for column, cell in others
        )
        rows.append(f'<tr><th scope="row">{escape(first[1])}</th>{cells}</tr>')
    return mark_safe("".join(rows))  # noqa: S308 - escaped above
