"""Where passkeys work: at a name, and at no number."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def passkey_place(context: Context) -> SafeString | str:
    """Draw a note where the page was opened by an IP address, at which no browser has passkeys."""
    request: HttpRequest = context["request"]
    host = urlsplit(f"//{request.get_host()}")
    try:
        address = ip_address(host.hostname or "")
    except ValueError:
        return ""
    if not address.is_loopback:
        return format_html(NOTE, "Open it by the service's own name.")
    there = f"localhost:{host.port}" if host.port else "localhost"
    url = f"{request.scheme}://{there}{request.path}"
    return format_html(NOTE, format_html('Open <a href="{0}">{0}</a> instead.', url))


NOTE = '<div class="note care"><p>Passkeys do not work at an IP address. {}</p></div>'
