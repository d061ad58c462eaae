"""Filters of templates for mails: what others typed is inert, and links are ours alone."""

from __future__ import annotations

import re
from collections.abc import Collection

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from foundation.visible import inert

register = template.Library()


@register.filter
def typed(text: object) -> str:
    """Show what somebody typed or a program sent: no mail program makes a link of it."""
    return inert(str(text))


@register.filter
def linked(text: str, links: Collection[str]) -> SafeString:
    """Make links of these addresses where they stand alone in a text, and of nothing else."""
    if not links:
        return escape(text)
    addresses = "|".join(map(re.escape, sorted(links, key=len, reverse=True)))
    parts = re.split(rf"(?<!\S)({addresses})(?=[,.]?(?:\s|$))", text)
    drawn = [
        format_html('<a href="{0}">{0}</a>', part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    ]
    return mark_safe("".join(drawn))  # noqa: S308 - each part is escaped
