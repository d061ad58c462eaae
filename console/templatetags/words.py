"""Writes names so that they fit."""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def breakable(name: object) -> SafeString:
    """Let a name be broken after its underscores."""
    return mark_safe(conditional_escape(str(name)).replace("_", "_<wbr>"))  # noqa: S308 - escaped
