"""Draws what somebody said with what decided marked in it."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from foundation.visible import shown
from memory.policy.explaining import Piece

register = template.Library()


@register.filter
def with_marks(pieces: Iterable[Piece]) -> SafeString:
    """Draw the pieces of a purpose in one `<bdi>`, each that decided as a `<mark>`."""
    drawn = format_html_join(
        "", "{}", ((_mark(one) if one.is_marked else shown(one.text),) for one in pieces)
    )
    return format_html("<bdi>{}</bdi>", drawn)


def _mark(piece: Piece) -> SafeString:
    return format_html("<mark>{}</mark>", shown(piece.text))
