"""Filters of templates for mails: what others typed is inert, and links are ours alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from foundation.visible import inert

register = template.Library()

LONGEST_LABEL = 40  # characters of what a button says
# Where a line goes on: not before what is listed, nor before a name with its value.
GOES_ON = re.compile(r"\n(?!- |[A-Z]\w*: )")


@dataclass(frozen=True)
class Paragraph:
    """Words, or a button: what it says, and where it leads."""

    words: str = ""
    label: str = ""
    link: str = ""


@register.filter
def typed(text: object) -> str:
    """Show what somebody typed or a program sent: no mail program makes a link of it."""
    return inert(str(text))


@register.filter
def linked(text: str, links: Collection[str]) -> SafeString:
    """Make links of these addresses where they stand alone in a text, and of nothing else."""
    if not links:
        return escape(text)
    addresses = "|".join(map(re.escape, sorted(links, key=len, reverse=True)))
    parts = re.split(rf"(?<!\S)({addresses})(?=[,.]?(?:\s|$))", text)
    drawn = [
        format_html('<a href="{0}">{0}</a>', part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    ]
    return mark_safe("".join(drawn))  # noqa: S308 - each part is escaped


@register.filter
def paragraphs(text: str, links: Collection[str]) -> list[Paragraph]:
    """Return what a page shows of a text for mail programs without pages.

    “Sign in:” and an address of ours in the line below are a button; lines that a text breaks for
    its width alone are one.
    """
    return [_paragraph(block, links) for block in re.split(r"\n\s*\n", text.strip())]


def _paragraph(block: str, links: Collection[str]) -> Paragraph:
    label, _, link = block.partition(":\n")
    if link in links and len(label) <= LONGEST_LABEL:
        return Paragraph(label=label, link=link)
    return Paragraph(words=GOES_ON.sub(" ", block))
