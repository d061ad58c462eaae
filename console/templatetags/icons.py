"""Draws an icon of the sprite. It is decoration: what it means stands beside it, or in a label."""

from __future__ import annotations

import functools

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import Storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "img/icons.svg"

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw the icon called that in `static/img/icons.svg`; a test holds that it is there."""
    return _drawn(name, classes, staticfiles_storage)


@functools.cache  # a page has hundreds, of a few kinds; where the sprite is, costs as much again
def _drawn(name: str, classes: str, storage: Storage) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"icon {classes}".strip(),
        storage.url(SPRITE),
        name,
    )
