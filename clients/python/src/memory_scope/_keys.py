"""The key: checked before anything is sent, and shown to nobody but the request."""

from __future__ import annotations

import re
import string
import zlib

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECKSUM_LENGTH = 6
_PATTERN = re.compile(r"sk_(test|live)_[0-9A-Za-z]{38}")


class Secret:
    """A text that no repr, log or traceback shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret('••••')"

    def reveal(self) -> str:
        """Give the text out. Name no variable after it: tracebacks can show variables."""
        return self._text

    def stripped(self) -> Secret:
        """Return it without the white space that pasting leaves around it."""
        return Secret(self._text.strip())


class ApiKey:
    """A well-formed API key.

    `flaw_of` says what is wrong with a text that is none. The constructor asks nothing, so that
    no frame that holds the text as a variable is ever part of a traceback.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return f"ApiKey({self.masked!r})"

    @property
    def environment(self) -> str:
        """`test` or `live`: two worlds that never see each other's memories."""
        return self._secret.reveal().split("_")[1]

    @property
    def masked(self) -> str:
        """Return the key as people tell it apart, e.g. `sk_test_••••9fQ2`."""
        return f"sk_{self.environment}_••••{self._secret.reveal()[-4:]}"

    def headers(self) -> dict[str, str]:
        """Return the headers that let a request in."""
        return {"X-API-Key": self._secret.reveal()}


def flaw_of(secret: Secret) -> str | None:
    """Say why the text is no API key, without a character of it; None if it is one.

    A key is `sk_test_` or `sk_live_`, 32 random letters and digits, then 6 of checksum: the CRC-32
    of all that stands before, in base 62.
    """
    text = secret.reveal()
    if _PATTERN.fullmatch(text) is None:
        return "The API key is malformed: sk_test_ or sk_live_ and 38 letters and digits are a key."
    if _checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
        return "The API key's checksum is wrong: it was mistyped or altered."
    return None


def _checksum(stem: str) -> str:
    rest = zlib.crc32(stem.encode())
    characters = ""
    for _ in range(_CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        characters = _ALPHABET[digit] + characters
    return characters
