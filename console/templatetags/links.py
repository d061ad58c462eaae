"""Addresses of pages that may not be there yet, and the one address for questions."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def url_if_there(name: str, *args: Any) -> str:
    """Return the address of the page called that; empty where there is none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def contact(words: str = "") -> SafeString:
    """Draw a link by which people write to whoever runs the service."""
    address = settings.CONTACT_ADDRESS
    return format_html('<a href="mailto:{}">{}</a>', address, words or address)
