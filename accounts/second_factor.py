"""The second factor: its secrets are encrypted where they are stored, and a code works once.

allauth remembers a used code for one period in the cache, while the tolerance takes it for longer.
Here the newest counter that was used is kept beside the seed, in the database: no code of it, or
of one before it, is taken again, by any process, whatever becomes of the cache.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.allauth_internals import (
    TOTP,
    compare_user_code,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from accounts.forms import NameField
from accounts.sentences import FACTOR_ERRORS, label
from foundation import names

LONGEST_NAME = 100  # characters of a passkey's name
LAST_COUNTER = "last_counter"  # in an authenticator's data


class UnreadableSeed(Exception):
    """None of SECOND_FACTOR_KEYS decrypts this secret: a key was dropped too early."""


def cipher() -> MultiFernet:
    """Return a cipher of which the first of SECOND_FACTOR_KEYS encrypts, and all decrypt.

    Without one the key is made from SECRET_KEY; the checks refuse that where HTTPS is on.
    """
    texts = settings.SECOND_FACTOR_KEYS or [settings.SECRET_KEY]
    digests = [hashlib.sha256(b"second factor:" + text.encode()).digest() for text in texts]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | FACTOR_ERRORS

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Name a passkey that its owner gives no name."""
        before = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {before + 1}"

    @sensitive_variables("text")
    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text.encode()).decode()

    @sensitive_variables("encrypted_text")
    def decrypt(self, encrypted_text: str) -> str:
        try:
            return cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise UnreadableSeed from None


class ProvedSeed(str):
    """A new seed, and the counter of the code by which the person proved to have it."""

    counter: int


class EnrolmentForm(ActivateTOTPForm):
    """Remembers the code that was typed, so that it does not work once more at the sign-in."""

    secret: str

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        label(self, code="Code")
        self.fields["code"].help_text = "The six digits that the app shows now."

    @sensitive_variables()
    def clean_code(self) -> str:
        code = str(super().clean_code())
        proved = ProvedSeed(self.secret)
        proved.counter = matching_counter(self.secret, code, after=-1) or 0
        self.secret = proved
        return code


class AddPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        label(self, name="Name", passwordless="Sign in with it alone, without a password")
        self.fields["name"].help_text = "So that you know it again, for example “My laptop”."
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = (
            "The device then asks for a fingerprint, your face or a PIN. Without this it is a "
            "second factor beside your password."
        )

    def clean_name(self) -> str:
        """Name it ourselves where the name cannot be: the device has the passkey already."""
        name = names.folded(self.cleaned_data["name"])
        impossible = names.problem(name, longest=LONGEST_NAME)
        self.cleaned_data["name"] = "" if impossible else name
        return str(super().clean_name())


class RenamePasskeyForm(EditWebAuthnForm):
    name = NameField(max_length=LONGEST_NAME)


@sensitive_variables()
def matching_counter(seed: str, code: str, *, after: int) -> int | None:
    """Return the counter after that one whose code this is, of those that are valid now."""
    for counter in sorted(yield_hotp_counters_from_time()):
        expected = format_hotp_value(hotp_value(seed, counter))
        if counter > after and compare_user_code(actual=code, expected=expected):
            return counter
    return None


@sensitive_variables()
def activate(cls: type[TOTP], user: Any, secret: str) -> TOTP:
    """Store a new seed, and the counter by which it was proved."""
    data: dict[str, Any] = {"secret": MfaAdapter().encrypt(secret)}
    if isinstance(secret, ProvedSeed):
        data[LAST_COUNTER] = secret.counter
    return cls(Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data))


@transaction.atomic
@sensitive_variables()
def use_code(self: TOTP, code: str) -> bool:
    """Use the code up under a lock on the row: of two requests at once, one is let in."""
    same_row = Authenticator.objects.select_for_update().filter(pk=self.instance.pk)
    stored = same_row.first()
    if stored is None:
        return False
    seed = MfaAdapter().decrypt(stored.data["secret"])
    counter = matching_counter(seed, code, after=stored.data.get(LAST_COUNTER, -1))
    if counter is None:
        return False
    stored.data[LAST_COUNTER] = counter
    stored.save(update_fields=["data"])
    self.instance.data = stored.data
    return True


def use_codes_once() -> None:
    """Put these two in the place of allauth's own, for which it has no setting."""
    TOTP.activate = classmethod(activate)
    TOTP.validate_code = use_code
