"""The key: checked before anything is sent, and shown to nobody but the request."""

from __future__ import annotations

import inspect
import os
import re
import string
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from memory_scope.exceptions import ConfigurationError, InvalidArgumentError
from memory_scope.vocabulary import Environment

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECKSUM_LENGTH = 6
_PATTERN = re.compile(r"sk_(test|live)_[0-9A-Za-z]{38}")


VARIABLE = "MEMORY_SCOPE_API_KEY"
ASKED = "What api_key() returned"


class Secret:
    """A text, or what was given as one, that no repr, log, traceback or pickle shows."""

    __slots__ = ("_text",)

    def __init__(self, text: Any) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret('••••')"

    def __reduce__(self) -> NoReturn:
        raise InvalidArgumentError("A key cannot be pickled or copied.")

    def reveal(self) -> Any:
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
    def environment(self) -> Environment:
        """`test` or `live`: two worlds that never see each other's memories."""
        return cast(Environment, self._secret.reveal().split("_")[1])

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


@dataclass(frozen=True, slots=True)
class ApiKeyLook:
    """What of a key may be kept and shown."""

    environment: Environment
    masked: str


class Keys:
    """Where the key of each request comes from: one that was given, or a function of the caller's.

    A function is asked for each request, and what it returns is kept no longer than that; what it
    raises goes to the caller as it is.
    """

    def __init__(self, given: Secret | None) -> None:
        """Take a key, a function that returns one, or None for the environment's.

        Raises ConfigurationError for what is no key.
        """
        self._ask: Callable[[], object] | None = None
        self._fixed: ApiKey | None = None
        self.last: ApiKeyLook | None = None
        if given is not None and callable(given.reveal()):
            self._ask = given.reveal()
        elif given is not None:
            self._fixed = self._checked(given, "api_key")
        else:
            self._fixed = self._checked(Secret(os.environ.get(VARIABLE, "")), VARIABLE)

    def now(self) -> ApiKey:
        """Return the key for one request."""
        if self._ask is None:
            return self._only()
        told = Secret(self._ask())
        if inspect.isawaitable(told.reveal()):
            if inspect.iscoroutine(told.reveal()):
                told.reveal().close()
            raise ConfigurationError(f"{ASKED} must be awaited: that takes AsyncMemoryScopeClient.")
        return self._checked(told, ASKED)

    async def awaited(self) -> ApiKey:
        """Return the key for one request; the function may be one to await."""
        if self._ask is None:
            return self._only()
        told = Secret(self._ask())
        if inspect.isawaitable(told.reveal()):
            told = Secret(await told.reveal())
        return self._checked(told, ASKED)

    def _only(self) -> ApiKey:
        assert self._fixed is not None  # noqa: S101 - there is either a function or a key
        return self._fixed

    def _checked(self, secret: Secret, name: str) -> ApiKey:
        if not isinstance(secret.reveal(), str):
            kind = type(secret.reveal()).__name__
            raise ConfigurationError(f"{name} must be a string, or a function: it is a {kind}.")
        secret = secret.stripped()
        if not secret.reveal():
            raise ConfigurationError(
                f"No API key: {name} is empty."
                if name != VARIABLE
                else f"No API key: give api_key, or set {VARIABLE}."
            )
        flaw = flaw_of(secret)
        if flaw is not None:
            raise ConfigurationError(flaw if name == "api_key" else f"{name}: {flaw}")
        key = ApiKey(secret)
        self.last = ApiKeyLook(key.environment, key.masked)
        return key
