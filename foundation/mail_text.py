"""Filters of templates for mails: what others typed is inert in them."""

from __future__ import annotations

from django import template

from foundation.visible import inert

register = template.Library()


@register.filter
def typed(text: object) -> str:
    """Show what somebody typed or a program sent: no mail program makes a link of it."""
    return inert(str(text))
