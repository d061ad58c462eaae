"""How the pages about oneself write times and where to write to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import dateformat, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from console.templatetags.isolated import isolated
from foundation.moments import written
from portal.language import PARAMETER
from portal.values import Said

register = template.Library()


@register.simple_tag
def when(moment: datetime) -> SafeString:
    """Draw `<time>` with day and time in UTC, as they are written in the reader's language."""
    exact = moment.astimezone(UTC)
    # Translators: a day and a time, in the letters of Django's filter "date".
    told = dateformat.format(exact, _("j F Y, H:i"))
    iso = written(exact.replace(microsecond=0))
    return format_html('<time datetime="{}">{} UTC</time>', iso, told)


@register.simple_tag
def contact_link(contact: str) -> SafeString:
    """Draw where people write to: a link to an address of a page, or a mail address."""
    is_page = contact.lower().startswith("https://")
    href = contact if is_page else f"mailto:{quote(contact, safe='@+')}"
    return format_html('<a href="{}" rel="noreferrer">{}</a>', href, isolated(contact))


@register.simple_tag
def said(part: Said) -> SafeString:
    """Draw a part of a statement: its name, and each thing that was said under it."""
    texts = format_html_join(", ", '<q class="said">{}</q>', ((isolated(t),) for t in part.texts))
    name = format_html("{}: ", isolated(part.name)) if part.name else mark_safe("")
    return format_html("{}{}", name, texts)


@register.simple_tag(takes_context=True)
def languages(context: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the languages of the pages: code, name, where the page is in it, whether it is now."""
    request: HttpRequest = context["request"]
    path = request.path if request.method in ("GET", "HEAD") else reverse("me")
    now = translation.get_language()
    return [
        (code, name, f"{path}?{PARAMETER}={code}", code == now) for code, name in settings.LANGUAGES
    ]
