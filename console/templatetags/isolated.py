"""Shows what somebody else typed so that it cannot pass for something of ours."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.visible import shown

register = template.Library()


@register.filter
def isolated(text: object) -> SafeString:
    """Draw `<bdi>`: its direction is its own, and what would be invisible in it has a sign."""
    return format_html("<bdi>{}</bdi>", shown(str(text)))
