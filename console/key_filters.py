"""Which keys of a list are shown, and in which order. It comes by GET: the address tells it all."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.utils.http import urlencode

from apikeys.models import ApiKey
from apikeys.rules import LONGEST_NAME
from console.filters import Chip, PageForm
from console.rights_forms import PRESETS
from console.summaries import KeySummary

ACCESS = [
    ("", "Any access"),
    ("full", "Full"),
    ("read", "Read only"),
    ("write", "Write only"),
    ("custom", "Custom"),
]
SORTS = {"name": "Name", "created": "Created", "used": "Last used"}
NEWEST = "-created"


class Sort(NamedTuple):
    """A column that can be sorted: how it is now (ascending, descending, none), and the next."""

    name: str
    now: str
    query: str


class KeyFilter(PageForm):
    """Narrows a list of keys: by name or last four characters, status, and what they may do."""

    ENDED = "ended"
    STATUSES = (
        ("", "Any status"),
        ("active", "Active"),
        ("attention", "Needs attention"),
        ("unused", "Never used"),
        (ENDED, "Deleted or expired"),
    )

    q = forms.CharField(required=False, max_length=LONGEST_NAME, label="Name or last four")
    status = forms.ChoiceField(choices=STATUSES, required=False)
    access = forms.ChoiceField(choices=ACCESS, required=False)
    sort = forms.ChoiceField(
        choices=[(f"{sign}{name}", name) for name in SORTS for sign in ("", "-")], required=False
    )

    def clean_sort(self) -> str:
        return self.cleaned_data["sort"] or NEWEST

    def fits(self, row: KeySummary) -> bool:
        """Say whether a valid form asks for this key, one that has not ended."""
        data = self.cleaned_data
        asked = data["q"].casefold()
        if asked and asked not in row.key.name.casefold() and not self._is_hint(row):
            return False
        if not self.may(row.key):
            return False
        return {
            "": True,
            "active": row.tone == "allow",
            "attention": row.tone in ("care", "deny"),
            "unused": row.last_used_at is None,
        }[data["status"]]

    def may(self, key: ApiKey) -> bool:
        """Say whether a valid form asks for keys that may do what this one may."""
        return self.cleaned_data["access"] in ("", _access(key))

    def _is_hint(self, row: KeySummary) -> bool:
        """Say whether the last four characters are a secret's that this key has or had."""
        last = self.cleaned_data["q"][-4:]
        return any(secret.last_four == last for secret in row.key.secrets.all())

    def chips(self) -> list[Chip]:
        """Return what a valid form narrows the list by."""
        data = self.cleaned_data
        words = {
            "q": data["q"],
            "status": dict(self.STATUSES)[data["status"]],
            "access": dict(ACCESS)[data["access"]],
        }
        return [
            Chip(str(self[name].label), words[name], self._query(**{name: ""}))
            for name in words
            if data[name]
        ]

    def sorts(self) -> dict[str, Sort]:
        """Return the columns that can be sorted; the one it is sorted by turns around."""
        now = self.cleaned_data["sort"]
        found = {}
        for name, words in SORTS.items():
            order = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
            first = name if name == "name" else f"-{name}"
            other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
            found[name] = Sort(
                words, order, f"?{self._query(sort=other if now == first else first)}"
            )
        return found

    def _query(self, **changes: str) -> str:
        data = {name: self.cleaned_data[name] for name in ("q", "status", "access", "sort")}
        kept = {name: value for name, value in {**data, **changes}.items() if value}
        if kept.get("sort") == NEWEST:
            del kept["sort"]
        return urlencode(kept)


def _access(key: ApiKey) -> str:
    permissions: set[Any] = set(key.permissions)
    narrowed = any((key.scopes, key.purpose_classes, key.purposes))
    fitting = (name for name, preset in PRESETS.items() if permissions == set(preset))
    return "custom" if narrowed else next(fitting, "custom")
