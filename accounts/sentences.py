"""What allauth says, in our words: its errors, the ways to confirm who one is, its labels."""

from __future__ import annotations

from django import forms

ACCOUNT_ERRORS = {
    "account_inactive": "This account is switched off.",
    "duplicate_email": "This is the address of your account already.",
    "email_password_mismatch": "E-mail address and password do not fit together.",
    "email_taken": "There is already an account with this address.",
    "enter_current_password": "This is not your current password.",
    "incorrect_password": "This is not your password.",
    "invalid_login": "E-mail address and password do not fit together.",
    "rate_limited": "Too many tries. Wait a few minutes, then try again.",
    "same_as_current": "This is what you have already.",
    "too_many_login_attempts": "Too many tries. Wait a few minutes, then try again.",
}
FACTOR_ERRORS = {
    "cannot_delete_authenticator": "This second factor cannot be removed.",
    "cannot_generate_recovery_codes": "Add an authenticator app or a passkey first: recovery codes "
    "are for when you have lost it.",
    "incorrect_code": "This code does not fit: it is mistyped, too old, or was used already.",
}
WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use your authenticator app or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
RULES = (
    "At least 12 characters. Not a common password, not digits alone, and not like your address."
)


def label(form: forms.Form, **labels: str) -> None:
    """Call fields of a form by these labels, without a second one within the field."""
    for name, text in labels.items():
        field = form.fields[name]
        field.label = text
        field.widget.attrs.pop("placeholder", None)
