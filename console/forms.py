"""The forms of the console. They check and clean; the services save."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.environments import CHOICES, TEST
from accounts.forms import NameField
from accounts.models import Project, User
from accounts.models.people import LONGEST_NAME
from apikeys import rules
from apikeys.models import ApiKey
from apikeys.principal import PERMISSIONS
from console.templatetags.isolated import isolated
from foundation import names
from foundation.visible import shown
from memory.models import Purpose
from memory.policy.registry import PurposeState
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope

# What a new key may do; a "custom" one lists its permissions itself.
PRESETS = {
    "full": PERMISSIONS,
    "read": ("memory:read",),
    "write": ("memory:write",),
}
CUSTOM = "custom"
PRESET_CHOICES = [
    ("full", "Full access: store, read, revoke, list, delete, see the record"),
    ("read", "Read only: read for a purpose"),
    ("write", "Write only: store"),
    (CUSTOM, "Custom: only what is ticked below"),
]
ONLY_FOR_CUSTOM = "These count for a custom key only: choose “Custom” above, or tick none here."
NARROWING = ("scopes", "purpose_classes", "purposes")
UNSEEN = "delete"  # what is typed in the place of a name of which nothing can be seen
DATE = "date"
NEVER = "never"
EXPIRY_CHOICES = [
    ("30", "In 30 days"),
    ("60", "In 60 days"),
    ("90", "In 90 days"),
    ("365", "In a year"),
    (DATE, "On the date below"),
    (NEVER, "Never"),
]
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
GRACE_CHOICES = [
    ("0", "It stops now"),
    ("1", "1 hour"),
    ("24", "24 hours"),
    ("72", "3 days"),
    ("168", "7 days"),
]


def _as_choices(names: Any) -> list[tuple[str, str]]:
    return [(str(name), str(name)) for name in names]


class DayField(forms.DateField):
    """A day within the years that the product can compute with."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(required=False, widget=widget, **options)
        words = f"A day from {FIRST_DAY.year} to {LAST_DAY.year}."
        self.validators += [MinValueValidator(FIRST_DAY, words), MaxValueValidator(LAST_DAY, words)]


class ProjectForm(forms.Form):
    name = NameField(
        label="Name",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConfirmForm(forms.Form):
    """Asks for a name to be typed, as the page shows it, before something is lost.

    Where nothing of a name can be seen, as of some from before, a word of ours is asked for.
    """

    typed = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **options: Any) -> None:
        super().__init__(*args, **options)
        seen = not names.same_to_see("", expected)
        self.expected = shown(names.folded(expected)) if seen else UNSEEN
        self.fields["typed"].label = format_html("Type “{}” to confirm", isolated(self.expected))

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if not names.same_to_see(typed, self.expected):
            raise forms.ValidationError(f"That is not “{self.expected}”.")
        return typed


class RenameForm(forms.Form):
    name = NameField(
        max_length=rules.LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Where the key is used, for instance “Production”.",
    )


class KeyForm(RenameForm):
    environment = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, initial=TEST)
    preset = forms.ChoiceField(
        label="Permission", choices=PRESET_CHOICES, widget=forms.RadioSelect, initial="full"
    )
    permissions = forms.MultipleChoiceField(
        label="Permissions of a custom key",
        choices=_as_choices(PERMISSIONS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    scopes = forms.MultipleChoiceField(
        label="Only these scopes",
        choices=_as_choices(Scope),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None chosen: every scope.",
    )
    purpose_classes = forms.MultipleChoiceField(
        label="Only these purpose classes",
        choices=_as_choices(PURPOSE_CLASSES),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None chosen: every class that the policy allows.",
    )
    purposes = forms.MultipleChoiceField(
        label="Only these registered purposes",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None chosen: every purpose. Else the key reads for these alone, by their ids.",
    )
    expires = forms.ChoiceField(choices=EXPIRY_CHOICES, initial="90")
    expires_on = DayField(label="Date", help_text="The key's last day, in UTC.")

    def __init__(self, *args: Any, registered: Iterable[Purpose], **options: Any) -> None:
        """Offer the purposes that are registered and not retired; without one, no such choice.

        One that was ticked on a page of earlier is refused and not passed over: the key would be
        wider than it was meant to be.
        """
        super().__init__(*args, **options)
        self.registered = {purpose.purpose_id: purpose for purpose in registered}
        field = cast(forms.MultipleChoiceField, self.fields["purposes"])
        field.choices = [(one, _named(purpose)) for one, purpose in self.registered.items()]
        if not self.registered and not self["purposes"].value():
            del self.fields["purposes"]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        environment = data.get("environment")
        for purpose_id in data.get("purposes", ()):
            if environment and environment not in self.registered[purpose_id].environments:
                self.add_error("purposes", f"{purpose_id} is not registered for {environment}.")
        custom = data.get("preset") == CUSTOM
        if custom and not data.get("permissions") and "permissions" not in self.errors:
            self.add_error("permissions", "Choose at least one permission.")
        if data.get("permissions") and not custom and "preset" not in self.errors:
            self.add_error("permissions", ONLY_FOR_CUSTOM)
        if data.get("expires") == DATE and "expires_on" in data:
            day = data["expires_on"]
            if day is None:
                self.add_error("expires_on", "Enter the date.")
            elif day < timezone.now().date():
                self.add_error("expires_on", "This day has passed.")
        return data

    def narrowed(self) -> bool:
        """Say whether something that narrows the key is ticked or wrong: the page then shows it."""
        names = [name for name in NARROWING if name in self.fields]
        return any(self[name].value() or self[name].errors for name in names)

    def settings(self, *, at: datetime) -> dict[str, Any]:
        """Return what `issue_key` takes: name, rights and the time at which the key ends.

        What narrows the key holds whatever its permissions: nobody who ticked it gets a wider key.
        """
        data = self.cleaned_data
        preset = data["preset"]
        return {
            "name": data["name"],
            "environment": data["environment"],
            "permissions": data["permissions"] if preset == CUSTOM else PRESETS[preset],
            "scopes": data["scopes"] or None,
            "purpose_classes": data["purpose_classes"] or None,
            "purposes": data.get("purposes") or None,
            "expires_at": self._end(at),
        }

    def _end(self, at: datetime) -> datetime | None:
        choice = self.cleaned_data["expires"]
        if choice == NEVER:
            return None
        if choice == DATE:
            day = self.cleaned_data["expires_on"] + timedelta(days=1)
            return datetime.combine(day, time.min, tzinfo=UTC)
        return at + timedelta(days=int(choice))


def _named(purpose: Purpose) -> SafeString:
    words = '<code>{}</code> <span class="help">“{}”{}</span>'
    proposed = "" if purpose.state == PurposeState.APPROVED else ", not approved yet"
    return format_html(words, purpose.purpose_id, isolated(purpose.sentence), proposed)


class RotateForm(forms.Form):
    grace = forms.ChoiceField(
        label="How long the old secret keeps working", choices=GRACE_CHOICES, initial="24"
    )
    ends_when_silent = forms.BooleanField(
        label="End it earlier, once nobody has used it for an hour",
        required=False,
    )
    last_four = forms.CharField(widget=forms.HiddenInput, max_length=4)
    again = forms.BooleanField(
        label="Yes, rotate again. The previous secret stops at the time it was given.",
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


class LimitsForm(forms.Form):
    """Requests an hour and a second: fewer than granted; empty for as many as granted."""

    rate_limit = forms.IntegerField(label="Requests an hour", required=False, min_value=1)
    burst_limit = forms.IntegerField(label="Requests a second", required=False, min_value=1)

    def __init__(self, *args: Any, limited: ApiKey | Project, **options: Any) -> None:
        super().__init__(*args, **options)
        granted = limited.granted_limits()
        for name, most in zip(("rate_limit", "burst_limit"), granted, strict=True):
            field = cast(forms.IntegerField, self.fields[name])
            sentence = f"It can only be lowered: {most:,} is what is granted."
            field.validators.append(MaxValueValidator(most, sentence))
            field.widget.attrs["max"] = most
            field.help_text = f"Empty: {most:,}, as granted."
            self.initial[name] = getattr(limited, f"lowered_{name}")


class MailForm(forms.Form):
    mail_expiry = forms.BooleanField(
        label="A key expires: a week before, and a day before", required=False
    )
    mail_rotation = forms.BooleanField(label="A key was rotated", required=False)
    mail_deletion = forms.BooleanField(label="A key was deleted", required=False)
    mail_new_address = forms.BooleanField(
        label="A key is used from an address for the first time", required=False
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields:
            self.initial[name] = getattr(person, name)
