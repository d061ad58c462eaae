"""Gives a page's layout its place: project, environment, and the ways from there."""

from __future__ import annotations

from django import template
from django.template import Context

from console.frame import Frame, frame

register = template.Library()


@register.simple_tag(takes_context=True)
def place(context: Context) -> Frame:
    """Return the place of the page that is drawn."""
    given = {name: context.get(name) for name in ("project", "environment", "section")}
    return frame(context["request"], given)


@register.filter
def initials(name: str) -> str:
    """Return up to two letters for a name, to be seen beside it."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "·"
