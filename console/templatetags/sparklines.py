"""Draws the small lines of a list."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.sparks import Spark

register = template.Library()


@register.simple_tag
def sparkline(spark: Spark, tone: str = "") -> SafeString:
    """Draw a line and what is under it; it says in words what it shows."""
    return format_html(
        '<svg class="{}" viewBox="0 0 {} 24" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><polygon class="area" points="{}"></polygon>'
        '<polyline class="line" points="{}"></polyline></svg>',
        f"spark {tone}".rstrip(),
        spark.width,
        spark.words,
        spark.area,
        spark.points,
    )
