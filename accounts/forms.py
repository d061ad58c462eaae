"""Forms of asking for access, signing in, another address and a forgotten password.

They check and clean; services save.
"""

from __future__ import annotations

from typing import Any, Self

from allauth.account import forms as allauth_forms
from allauth.core import ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts import resets
from accounts.models import User
from accounts.sentences import label
from foundation import names
from foundation.background import background
from foundation.mail_addresses import one_form, other_spelling


class NameField(forms.CharField):
    """Takes a name as it is stored, and refuses one of which something cannot be seen."""

    def to_python(self, value: Any) -> str:
        return names.folded(" ".join((super().to_python(value) or "").split()))

    def validate(self, value: str) -> None:
        super().validate(value)
        longest = self.max_length or names.LONGEST_FOLDED
        problem = names.problem(value, longest=longest)
        if problem and 1 <= len(value) <= longest:  # how long it is, its validator says
            raise ValidationError(f"A name {problem}.")


class AddressField(forms.EmailField):
    """Takes an address however it is written, and returns it in its one form."""

    default_validators = []  # one_form's sentences say more

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return one_form(text) if text else ""

    @classmethod
    def instead_of(cls, field: forms.Field) -> Self:
        """Return one that looks like another field, of a form that is not ours."""
        field.widget.attrs.pop("placeholder", None)
        return cls(required=field.required, label="E-mail address", widget=field.widget)


class RequestAccessForm(forms.Form):
    email = AddressField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = NameField(
        label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    company = NameField(
        label="Company",
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    plans = forms.CharField(
        label="What will you build?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A few sentences: what your application does and what it would remember.",
    )
    # People do not see it; who fills it in is a program.
    website = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data["website"])


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"] = AddressField.instead_of(self.fields["login"])
        label(self, password="Password", remember="Stay signed in in this browser")  # noqa: S106 - words

    def clean(self) -> Any:
        """Let in whose address is stored as it was written before addresses had one form.

        Such an account is there only where another has the same address in its one form.
        """
        try:
            return super().clean()
        except ValidationError:
            address = self.cleaned_data.get("login", "")
            written = other_spelling(address)
            if written == address or not User.objects.filter(email=written).exists():
                raise
            self.cleaned_data["login"] = written
            return super().clean()


class AddEmailForm(allauth_forms.AddEmailForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"] = AddressField.instead_of(self.fields["email"])
        label(self, email="New e-mail address")


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Writes down who asked, whatever the address: its time tells nothing of it.

    Looking it up, and mailing, follow after the response. A day has a bound, for an address and for
    whoever asks: beyond it the answer is the same, and nothing is sent. Operators who have a mail
    sent are bounded by the address alone.
    """

    limit = "reset_mail"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"] = AddressField.instead_of(self.fields["email"])

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        if ratelimit.consume(request, action=self.limit, key=email):
            resets.ask(email=email, at=timezone.now())
            background.do(lambda: resets.send_waiting(at=timezone.now()))
        return email
