"""Gives a page's layout its place: project, environment, and the ways from there."""

from __future__ import annotations

import functools
from uuid import UUID

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import Storage
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from console.frame import SECTIONS, Frame, frame
from console.templatetags.icons import icon

# The pages of a project at its side, in groups: of each its section, its URL's name and an icon.
NAVIGATION = (
    ("", (("overview", "project", "layout-dashboard"),)),
    (
        "Build",
        (
            ("keys", "keys", "key-round"),
            ("purposes", "purposes", "scale"),
            ("why", "why", "message-circle-question-mark"),
        ),
    ),
    (
        "Observe",
        (
            ("people", "people", "user-search"),
            ("usage", "usage_page", "chart-column"),
            ("requests", "requests", "list"),
            ("audit", "audit_log", "scroll-text"),
        ),
    ),
    ("Project", (("settings", "project_settings", "settings"),)),
)
WITH_DOCS = "Project"  # the group at whose end they are, which are of no project
NOTHING = mark_safe("")
HERE = mark_safe(' aria-current="page"')

register = template.Library()


@register.simple_tag(takes_context=True)
def place(context: Context) -> Frame:
    """Return the place of the page that is drawn."""
    given = {name: context.get(name) for name in ("project", "environment", "section")}
    return frame(context["request"], given)


@register.simple_tag
def navigation(project_id: UUID, environment: str, section: str) -> SafeString:
    """Draw the ways to a project's pages, of which one may be that of this section."""
    return _navigation(project_id, environment, section, staticfiles_storage)


@functools.lru_cache(maxsize=1000)  # the same on each page; to find its addresses takes a while
def _navigation(project_id: UUID, environment: str, section: str, storage: Storage) -> SafeString:
    docs = format_html('<li><a href="{}">{}Docs</a></li>', reverse("docs"), icon("book-open"))
    drawn = []
    for group, pages in NAVIGATION:
        entries = (
            (
                reverse(name, args=(project_id, environment)),
                HERE if one == section else NOTHING,
                icon(image),
                SECTIONS[one],
            )
            for one, name, image in pages
        )
        drawn.append(
            format_html(
                '<ul class="nav">\n{}{}{}</ul>\n',
                format_html('<li class="group">{}</li>', group) if group else NOTHING,
                format_html_join("\n", '<li><a href="{}"{}>{}{}</a></li>', entries),
                docs if group == WITH_DOCS else NOTHING,
            )
        )
    return mark_safe("".join(drawn))  # noqa: S308 - each is safe


@register.filter
def initials(name: str) -> str:
    """Return up to two letters for a name, to be seen beside it."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "·"
