"""allauth's forms that ask for a password or a code, with labels of ours."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.base import forms as factor_forms

from accounts.sentences import RULES, label

NEW, AGAIN = "New password", "New password again"
CODE = "Code"
FROM_WHERE = "The six digits that your authenticator app shows, or one of your recovery codes."


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        label(self, oldpassword="Current password", password1=NEW, password2=AGAIN)
        self.fields["password1"].help_text = RULES


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        label(self, password1=NEW, password2=AGAIN)
        self.fields["password1"].help_text = RULES


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        label(self, password="Password")  # noqa: S106 - a word
        self.fields["password"].widget.attrs["autofocus"] = True


class SignInCodeForm(factor_forms.AuthenticateForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _ask_for_code(self)


class ReauthenticateCodeForm(factor_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _ask_for_code(self)


def _ask_for_code(form: factor_forms.BaseAuthenticateForm) -> None:
    label(form, code=CODE)
    form.fields["code"].help_text = FROM_WHERE
    form.fields["code"].widget.attrs["autofocus"] = True
