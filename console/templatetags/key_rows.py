"""Draws the rows of a list of keys, and the menus of what can be done with a key.

In Python, where templates take half of a page's time for a project's fifty keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Project
from apikeys.models import ApiKey
from console.pointers import Pointers
from console.summaries import KeySummary
from console.templatetags.icons import icon
from console.templatetags.isolated import isolated
from console.templatetags.moments import moment, span_of
from console.templatetags.sparklines import sparkline

NOTHING = mark_safe("")
RULE = mark_safe("<hr>")

ROW = """<tr{over}>
  <th scope="row">
    <div class="check">{choice}
    <div><a href="{href}">{name}</a>
    <span class="help">{span}</span></div></div>
  </th>
  <td data-label="Key"><code>{masked}</code></td>
  <td data-label="Access">{rights}{narrowed}</td>
  <td data-label="Status"><span class="badge dot {tone}">{status}</span></td>
  <td data-label="14 days"><a href="{usage}?range=30d">{spark}</a></td>
  <td data-label="Last used">{used}</td>
  <td class="act num">
    <button class="button plain only small" type="button" popovertarget="row-{number}" aria-label="Actions for {plain_name}">{ellipsis}</button>
    <div class="menu" id="row-{number}" popover>
      {menu}
    </div>
  </td>
</tr>
"""  # noqa: E501 - as it is sent

register = template.Library()


class Entry(NamedTuple):
    """One way of a menu: an icon, words, and where it leads; what ends something has a tone."""

    icon: str
    words: str
    href: str
    tone: str = ""


@register.simple_tag
def key_rows(
    rows: Iterable[KeySummary], project: Project, environment: str, *, choosable: bool
) -> SafeString:
    """Draw the rows of an environment's keys, each with its menu, and a checkbox if `choosable`."""
    to = Pointers(project, environment)
    drawn = (_row(row, number, to, choosable) for number, row in enumerate(rows, 1))
    return mark_safe("".join(drawn))  # noqa: S308 - each is safe


@register.simple_tag
def key_menu(key: ApiKey, project: Project) -> SafeString:
    """Draw the menu on the page of a live key."""
    to = Pointers(project, key.environment)
    return _menu(
        Entry("pencil", "Name and notes", to.key(key.pk, "key_rename")),
        Entry("shield-check", "What it may do", to.key(key.pk, "key_rights")),
        Entry("calendar-clock", "Expiry", to.key(key.pk, "key_expiry")),
        Entry("gauge", "Limits", to.key(key.pk, "key_limits")),
        Entry("bell", "Watch", to.key(key.pk, "key_watch")),
        Entry("list", "Its requests", to.requests_of(key.pk)),
        Entry("scroll-text", "Its audit events", to.events_of_key(key.pk)),
        None,
        *_switch(key, to),
        Entry("trash", "Delete…", to.key(key.pk, "key_delete"), "danger"),
    )


def _switch(key: ApiKey, to: Pointers) -> Iterator[Entry]:
    """Yield how the key's owner disables or enables it; nothing where an operator disabled it."""
    if key.paused:
        yield Entry("check", "Enable…", to.key(key.pk, "key_enable"))
    elif key.disabled_at is None:
        yield Entry("ban", "Disable…", to.key(key.pk, "key_disable"), "danger")


def _row(row: KeySummary, number: int, to: Pointers, choosable: bool) -> SafeString:
    key = row.key
    return format_html(
        ROW,
        over="" if row.is_live else mark_safe(' class="over"'),
        choice=_choice(key) if choosable else NOTHING,
        href=to.key(key.pk),
        name=isolated(key.name),
        span=span_of(key.created_at, key.expires_at),
        masked=row.secret.masked,
        rights=row.rights.replace(" access", ""),
        narrowed=_help(row.narrowed),
        tone=row.tone,
        status=row.status,
        usage=to.key(key.pk, "key_usage"),
        spark=sparkline(row.spark),
        used=moment(row.last_used_at),
        number=number,
        plain_name=key.name,
        ellipsis=icon("ellipsis"),
        menu=_menu(*_ways(row, to)),
    )


def _ways(row: KeySummary, to: Pointers) -> Iterator[Entry | None]:
    id_ = row.key.pk
    yield Entry("key-round", "Open", to.key(id_))
    yield Entry("chart-column", "Usage", to.key(id_, "key_usage"))
    yield Entry("list", "Requests", to.requests_of(id_))
    if row.is_live:
        yield None
        yield Entry("pencil", "Rename", to.key(id_, "key_rename"))
        yield Entry("shield-check", "What it may do", to.key(id_, "key_rights"))
        yield Entry("calendar-clock", "Expiry", to.key(id_, "key_expiry"))
        if row.is_usable:
            yield Entry("rotate-cw", "Rotate…", to.key(id_, "key_rotate"))
        yield Entry("trash", "Delete…", to.key(id_, "key_delete"), "danger")


def _menu(*entries: Entry | None) -> SafeString:
    """Draw the entries of a menu, in their order; None is the line between two groups."""
    drawn = (RULE if one is None else _entry(one) for one in entries)
    return mark_safe("\n".join(drawn))  # noqa: S308 - each is safe


def _entry(one: Entry) -> SafeString:
    tone = format_html(' class="{}"', one.tone) if one.tone else NOTHING
    return format_html('<a{} href="{}">{}{}</a>', tone, one.href, icon(one.icon), one.words)


def _choice(key: ApiKey) -> SafeString:
    words = '<input type="checkbox" name="key" value="{}" aria-label="Choose {}">'
    return format_html(words, key.pk, key.name)


def _help(words: str) -> SafeString:
    return format_html('<span class="help">{}</span>', words) if words else NOTHING
