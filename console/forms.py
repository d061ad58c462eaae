"""The forms of the console. They check and clean; the services save."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.html import format_html

from accounts.forms import NameField
from accounts.models import Project, User
from accounts.models.people import LONGEST_CONTACT, LONGEST_NAME
from apikeys.models import ApiKey
from console.templatetags.isolated import isolated
from foundation import names
from foundation.visible import shown

UNSEEN = "delete"  # what is typed in the place of a name of which nothing can be seen
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


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


class ContactForm(forms.Form):
    contact = forms.CharField(
        label="Mail address, or page",
        required=False,
        max_length=LONGEST_CONTACT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, otherwise: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["contact"].help_text = f"A page begins with https://. Empty: {otherwise}."


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


class LimitsForm(forms.Form):
    """Requests an hour and a second: fewer than granted; empty for as many as granted."""

    rate_limit = forms.IntegerField(label="Requests an hour", required=False, min_value=1)
    burst_limit = forms.IntegerField(label="Requests a second", required=False, min_value=1)

    def __init__(self, *args: Any, limited: ApiKey | Project, **options: Any) -> None:
        super().__init__(*args, **options)
        granted = limited.granted_limits()
        for name, most in zip(("rate_limit", "burst_limit"), granted, strict=True):
            field = cast(forms.IntegerField, self.fields[name])
            sentence = f"The maximum is {most:,}."
            field.validators.append(MaxValueValidator(most, sentence))
            field.widget.attrs["max"] = most
            field.help_text = f"Leave blank for {most:,}."
            self.initial[name] = getattr(limited, f"lowered_{name}")


class MailForm(forms.Form):
    mail_expiry = forms.BooleanField(
        label="A key expires: a week before, and a day before", required=False
    )
    mail_rotation = forms.BooleanField(label="A key was rotated", required=False)
    mail_deletion = forms.BooleanField(label="A key was deleted", required=False)
    mail_narrowing = forms.BooleanField(
        label="A key was changed so that it may do less, or expires sooner", required=False
    )
    mail_new_address = forms.BooleanField(label="A key is used from a new address", required=False)
    mail_drift = forms.BooleanField(
        label="A key is used in a new way: for other purposes, under other scopes, far more often",
        required=False,
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields:
            self.initial[name] = getattr(person, name)
