"""The form that says which usage a page shows, and of what time. It comes by GET."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings

from accounts.models import Project
from apikeys.models import ApiKey
from apikeys.models.usage import LONGEST_ENDPOINT
from apikeys.usage import periods
from apikeys.usage.periods import Period
from console.filters import Chip, without
from console.forms import DayField
from console.summaries import named

DELETED = 50  # keys that are offered beside the live ones


def _keys(project: Project, environment: str) -> list[tuple[str, str]]:
    """Offer the live keys of an environment, and those deleted last."""
    keys = ApiKey.objects.filter(project=project, environment=environment)
    live = keys.live().order_by("name", "id")
    deleted = keys.exclude(deleted_at=None).order_by("-deleted_at", "-id")[:DELETED]
    return [
        (str(id_), named(name, deleted_at))
        for some in (live, deleted)
        for id_, name, deleted_at in some.values_list("pk", "name", "deleted_at")
    ]


class UsageFilter(forms.Form):
    """A named range, or the days from `since` to `until`, both with their whole day in UTC."""

    range = forms.ChoiceField(
        choices=[(name, name) for name in periods.NAMED], required=False, widget=forms.HiddenInput
    )
    since = DayField(label="First day")
    until = DayField(label="Last day")
    key = forms.ChoiceField(required=False)
    endpoint = forms.CharField(required=False, max_length=LONGEST_ENDPOINT)

    def __init__(self, *args: Any, project: Project, environment: str, **options: Any) -> None:
        """Offer the environment's keys."""
        super().__init__(*args, **options)
        self.offered: list[str] = []
        self.fields["key"] = forms.ChoiceField(
            required=False, choices=[("", "All keys"), *_keys(project, environment)], label="Key"
        )

    def offer(self, endpoints: Iterable[str]) -> None:
        """Offer to narrow a valid form to endpoints that were used, beside the one that it has."""
        chosen = self.cleaned_data["endpoint"]
        self.offered = sorted({*endpoints, chosen} - {""})

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if bool(since) != bool(until) and not self.errors:
            self.add_error("until" if since else "since", "Enter both dates.")
        if since and until:
            if until < since:
                self.add_error("until", "The last day is before the first.")
            elif until - since > timedelta(days=settings.USAGE_DAYS):
                self.add_error("until", f"At most {settings.USAGE_DAYS} days at once.")
        return data

    def period(self, *, at: datetime) -> Period:
        """Return the period of a valid form: the last seven days, unless it names others."""
        data = self.cleaned_data
        if data["since"]:
            return periods.between(data["since"], data["until"], at=at)
        return periods.named(self.range_name, at=at)

    @property
    def range_name(self) -> str:
        """Return which named range a valid form asks for; none where it names days."""
        data = self.cleaned_data
        return "" if data["since"] else data["range"] or periods.USUAL

    @property
    def key_id(self) -> UUID | None:
        return UUID(self.cleaned_data["key"]) if self.cleaned_data["key"] else None

    def chips(self) -> list[Chip]:
        """Return what a valid form narrows the page to, as people call it."""
        data = self.cleaned_data
        names = dict(self.fields["key"].choices)  # type: ignore[attr-defined]
        told = {"key": names[data["key"]], "endpoint": data["endpoint"]}
        return [
            Chip(str(self[name].label), words, without(self.data, name, "csv"))
            for name, words in told.items()
            if data[name]
        ]
