"""Times for people: how long ago or ahead, with the exact UTC for hovering and for machines."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from foundation.moments import written

register = template.Library()


@register.simple_tag
def moment(when: datetime | None, otherwise: str = "Never") -> SafeString | str:
    """Draw `<time>` with the words "3 hours ago" or "in 2 days"; without a time, `otherwise`."""
    if when is None:
        return otherwise
    now = timezone.now()
    if abs(now - when).total_seconds() < 60:
        words = "just now"
    elif when < now:
        words = f"{timesince(when, now, depth=1)} ago"
    else:
        words = f"in {timeuntil(when, now, depth=1)}"
    exact = when.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        written(exact.replace(microsecond=0)),
        exact.strftime("%Y-%m-%d %H:%M:%S"),
        words,
    )
