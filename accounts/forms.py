"""Forms of asking for access and of a forgotten password. They check and clean; services save."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context, ratelimit
from django import forms
from django.http import HttpRequest

from foundation.background import background


class RequestAccessForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    company = forms.CharField(
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


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Looks up, writes and sends after the response: its time tells nothing of the address.

    A day has a bound, for an address and for whoever asks: beyond it the answer is the same, and
    nothing is sent. Operators who have a mail sent are bounded by the address alone.
    """

    limit = "reset_mail"

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        def look_up_and_send() -> None:
            with context.request_context(request):
                email = str(self.cleaned_data["email"])
                if not ratelimit.consume(request, action=self.limit, key=email):
                    return
                super(ResetPasswordForm, self).clean_email()
                super(ResetPasswordForm, self).save(request, **kwargs)

        background.do(look_up_and_send)
        return str(self.cleaned_data["email"])
