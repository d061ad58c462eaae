"""The forms about one end user: which one, and why their live memories are looked at."""

from __future__ import annotations

from uuid import uuid4

from django import forms

from foundation.answers import RequestRefused
from memory import schemas

LEAST_REASON, MOST_REASON = 10, 300  # characters


class PersonForm(forms.Form):
    """Names an end user as the API's paths do: what is refused there is refused here."""

    user_id = forms.CharField(
        label="User id",
        error_messages={"required": "Enter the id that your application uses."},
        widget=forms.TextInput(
            attrs={
                "aria-label": "User id",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "user_id, as your application names it",
                "type": "search",
            }
        ),
    )

    def clean_user_id(self) -> str:
        try:
            return schemas.user_id(str(self.cleaned_data["user_id"]))
        except RequestRefused:
            words = "A user id has 1 to 255 characters, and no control characters."
            raise forms.ValidationError(words) from None


class ReasonForm(forms.Form):
    """Asks why somebody looks. `look` names the form, so that it is answered once."""

    reason = forms.CharField(
        label="Why do you look?",
        help_text="10 to 300 characters. The reason is kept in the record, and is part of what you"
        " export for the person.",
        widget=forms.Textarea(
            attrs={"rows": 2, "maxlength": MOST_REASON, "minlength": LEAST_REASON}
        ),
        error_messages={"required": "Say why you look: 10 to 300 characters."},
    )
    cursor = forms.CharField(required=False, widget=forms.HiddenInput)
    look = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean_reason(self) -> str:
        reason = " ".join(str(self.cleaned_data["reason"]).split())
        if len(reason) < LEAST_REASON:
            raise forms.ValidationError(
                f"Say a little more: at least {LEAST_REASON} characters, such as a ticket number."
            )
        if len(reason) > MOST_REASON:
            raise forms.ValidationError(f"Say it in at most {MOST_REASON} characters.")
        return reason
