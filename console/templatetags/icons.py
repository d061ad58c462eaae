"""Draws an icon of the sprite. It is decoration: what it means stands beside it, or in a label."""

from __future__ import annotations

import functools

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "img/icons.svg"

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw the icon called that in `static/img/icons.svg`; a test holds that it is there."""
    return _drawn(name, f"icon {classes}".strip(), static(SPRITE))


@functools.cache  # a page has hundreds, of a few kinds
def _drawn(name: str, classes: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, sprite, name
    )
