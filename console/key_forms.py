"""The forms about keys. They check and clean; the services save."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.utils import timezone

from accounts.environments import CHOICES, TEST
from accounts.forms import NameField
from apikeys import rules, services
from apikeys.models import ApiKey
from console.forms import DayField
from console.rights_forms import RightsFields, described

ENVIRONMENT_WORDS = {
    "test": "For building and CI. No memory of a real person is here.",
    "live": "Opens memories of real people. Give it no more than it needs.",
}
DATE = "date"
NEVER = "never"
EXPIRY_CHOICES = [
    ("30", "30 days"),
    ("60", "60 days"),
    ("90", "90 days"),
    ("365", "1 year"),
    (DATE, "On a date"),
    (NEVER, "Never"),
]
GRACE_CHOICES = [
    ("0", "It stops now"),
    ("1", "1 hour"),
    ("24", "24 hours"),
    ("72", "3 days"),
    ("168", "7 days"),
]


class NameForm(forms.Form):
    name = NameField(
        max_length=rules.LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="For example, “Production API server”.",
    )
    notes = forms.CharField(
        max_length=rules.LONGEST_NOTES,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who uses it, where it is deployed, whom to ask. Nobody else sees it.",
    )


class RenameForm(NameForm):
    """What a key that is there is called, and its notes. It carries the seal of what it showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, key: ApiKey, **options: Any) -> None:
        super().__init__(*args, **options)
        seal = services.seal_of_words(key)
        self.initial.update(name=key.name, notes=key.notes, seen=seal)

    def show_again(self, key: ApiKey) -> None:
        """Keep what was typed, to be sent again for the key as it is now."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = services.seal_of_words(key)
        self.data = data


class ExpiryFields(forms.Form):
    expires = forms.ChoiceField(choices=EXPIRY_CHOICES, widget=forms.RadioSelect, initial="90")
    expires_on = DayField(label="Last day, in UTC")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day = data.get("expires_on")
        if "expires_on" in self.errors or "expires" in self.errors:
            return data
        if data["expires"] == DATE and day is None:
            self.add_error("expires_on", "Choose a date.")
        elif data["expires"] != DATE and day is not None:
            self.add_error("expires_on", "Choose “On a date” above, or leave this date empty.")
        elif day is not None and day < timezone.now().date():
            self.add_error("expires_on", "Choose today or later.")
        return data

    def shows_date(self) -> bool:
        """Say whether the date is to be seen whatever is chosen: it was typed, or is wrong."""
        field = self["expires_on"]
        return bool(field.errors or field.value())

    def days_ahead(self) -> str:
        """Say on which day each number of days from now is."""
        now = timezone.now().date()
        days = [
            (words, now + timedelta(days=int(value)))
            for value, words in EXPIRY_CHOICES
            if value.isdecimal()
        ]
        return ", ".join(f"{words} is {day.day} {day:%b %Y}" for words, day in days)

    def expires_at(self, at: datetime) -> datetime | None:
        """Return when the key ends: its last day is served whole."""
        choice = self.cleaned_data["expires"]
        if choice == NEVER:
            return None
        if choice == DATE:
            day = self.cleaned_data["expires_on"] + timedelta(days=1)
            return datetime.combine(day, time.min, tzinfo=UTC)
        return at + timedelta(days=int(choice))


class KeyForm(NameForm, RightsFields, ExpiryFields):
    field_order = ("name", "environment", "notes", *RightsFields.base_fields, "expires")
    environment = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, initial=TEST)
    form_id = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if environment := data.get("environment"):
            self.refuse_other_environments(environment)
        return data

    def described_environments(self) -> list[tuple[BoundWidget, str]]:
        return described(self["environment"], ENVIRONMENT_WORDS)

    def settings(self, *, at: datetime) -> dict[str, Any]:
        """Return what `issue_key` takes."""
        own = ("name", "notes", "environment", "form_id")
        return {
            **{name: self.cleaned_data[name] for name in own},
            **self.rights(),
            "expires_at": self.expires_at(at),
        }


class ExpiryForm(ExpiryFields):
    """When a key that is there ends. It carries the end that it showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, key: ApiKey, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["seen"] = end_of(key)


def end_of(key: ApiKey) -> str:
    """Return when a key ends, as a form carries it."""
    return NEVER if key.expires_at is None else key.expires_at.isoformat()


class RotateForm(forms.Form):
    grace = forms.ChoiceField(
        label="How long the old secret keeps working",
        choices=GRACE_CHOICES,
        widget=forms.RadioSelect,
        initial="24",
    )
    ends_when_silent = forms.BooleanField(
        label="End it sooner if it goes unused for an hour",
        required=False,
    )
    last_four = forms.CharField(widget=forms.HiddenInput, max_length=4)
    again = forms.BooleanField(
        label="Rotate again. The earlier secret still stops at its scheduled time.",
        required=False,
    )

    def __init__(self, *args: Any, key: ApiKey, grace_runs: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["last_four"].initial = key.current_secret().last_four
        if grace_runs:
            self.fields["again"].required = True
        else:
            del self.fields["again"]

    def chosen_grace(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["grace"]))
