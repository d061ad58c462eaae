"""Draws the options of a select: a filter offers a hundred and more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def options(widget: Mapping[str, Any]) -> SafeString:
    """Draw what a select offers, in its groups, as Django does, which takes a template for each."""
    return mark_safe("".join(map(_group, widget["optgroups"])))  # noqa: S308 - escaped below


def _group(group: tuple[str | None, Iterable[Mapping[str, Any]], int]) -> str:
    name, offered, _ = group
    drawn = "".join(map(_option, offered))
    return f'\n  <optgroup label="{escape(name)}">{drawn}\n  </optgroup>' if name else drawn


def _option(option: Mapping[str, Any]) -> str:
    attributes = "".join(map(_attribute, option["attrs"].items()))
    label = conditional_escape(option["label"])
    return f'\n  <option value="{escape(str(option["value"]))}"{attributes}>{label}</option>'


def _attribute(attribute: tuple[str, Any]) -> str:
    name, value = attribute
    if value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
