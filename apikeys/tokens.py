"""The format of API keys: how one is drawn, checked and digested. Plain Python.

`sk_test_` or `sk_live_`, 32 random characters of `[0-9A-Za-z]` (about 190 bits), then 6 characters
of checksum: the CRC-32 of all that stands before, in base 62, padded with zeros. The checksum lets
a mistyped or invented key be refused, and a leaked one be found, without asking a database.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

from accounts.environments import ENVIRONMENTS

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 32
CHECKSUM_LENGTH = 6
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]  # two digits at a time
PATTERN = re.compile(r"sk_(test|live)_[0-9A-Za-z]{38}")


def new_key(environment: str) -> str:
    """Draw a key for an environment. Nothing keeps it: the caller shows it once."""
    if environment not in ENVIRONMENTS:
        raise ValueError(f"There is no environment {environment!r}.")
    identifier = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    stem = f"sk_{environment}_{identifier}"
    return stem + checksum(stem)


def checksum(stem: str) -> str:
    """Return the six characters that end a key beginning with `stem`."""
    rest, last = divmod(zlib.crc32(stem.encode()), len(PAIRS))
    first, middle = divmod(rest, len(PAIRS))
    return PAIRS[first] + PAIRS[middle] + PAIRS[last]


def environment_of(text: str) -> str | None:
    """Return the environment of a well-formed key, None for any other text."""
    match = PATTERN.fullmatch(text)
    if match is None or checksum(text[:-CHECKSUM_LENGTH]) != text[-CHECKSUM_LENGTH:]:
        return None
    return match[1]


def digest(key: str) -> bytes:
    """Return what is stored of a key, 32 bytes. Random keys need no salt and no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def last_four(key: str) -> str:
    """Return the last four characters, by which people tell their keys apart."""
    return key[-4:]
