"""The second factor: its secrets are encrypted where they are stored."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.views.decorators.debug import sensitive_variables


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
    @sensitive_variables("text")
    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text.encode()).decode()

    @sensitive_variables("encrypted_text")
    def decrypt(self, encrypted_text: str) -> str:
        try:
            return cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise UnreadableSeed from None
