"""The one address for questions."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def contact(words: str = "") -> SafeString:
    """Draw a link by which people write to whoever runs the service."""
    address = settings.CONTACT_ADDRESS
    return format_html('<a href="mailto:{}">{}</a>', address, words or address)
