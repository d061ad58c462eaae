"""What the forms have in common that narrow what a page shows. They come by GET."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict


@dataclass(frozen=True)
class Chip:
    """One thing that a list is narrowed to, and the query of the same page without it.

    `templates/console/_chips.html` draws them.
    """

    label: str
    value: str
    query: str


def without(data: Mapping[str, Any], *names: str) -> str:
    """Return the query that a form came by, without the parameters of these names."""
    query = QueryDict(mutable=True)
    query.update(data)
    for name in names:
        query.pop(name, None)
    return query.urlencode()


class PageForm(forms.Form):
    """Pages a list; `before` is where a page begins."""

    before = forms.UUIDField(required=False, widget=forms.HiddenInput)
