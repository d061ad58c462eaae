"""The forms that narrow what a page shows. They come by GET: a page's address tells it all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings

from apikeys.usage import periods
from apikeys.usage.periods import Period
from console.forms import DayField


class PageForm(forms.Form):
    """Pages a list; `before` is where a page begins."""

    before = forms.UUIDField(required=False, widget=forms.HiddenInput)


class UsageFilter(forms.Form):
    """A named range, or the days from `since` to `until`, both with their whole day in UTC."""

    range = forms.ChoiceField(
        choices=[(name, name) for name in periods.NAMED], required=False, widget=forms.HiddenInput
    )
    since = DayField(label="From")
    until = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if bool(since) != bool(until) and not self.errors:
            self.add_error("until" if since else "since", "Enter both days.")
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
        return periods.named(data["range"] or periods.USUAL, at=at)
