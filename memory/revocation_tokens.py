"""The tokens by which an end user takes an access back. Only their digest is stored.

A token carries its end user's pseudonym, masked, so that its grant is looked for where the user's
rows are. It is `rev_` and the unpadded base64url of 32 bytes: 16 random ones, then the pseudonym
XOR a pad, which is the first 16 bytes of HMAC-SHA256(the project's subject key,
"revocation token" NUL the random bytes). No other message under that key begins with these words.

To whoever lacks the key the pads are random, and each is used once, as in a one-time pad: so all 32
bytes look random, and tell neither whose they are nor whether two tokens are of one user. Two
tokens have one pad if their random bytes are the same: for a pair the chance is 2^-128, and it
takes about 2^64 tokens of a project until one is likely. That pair would show the XOR of two
pseudonyms, and open nothing. To guess a token is to guess 128 random bits at least, whatever else
is known. Nothing else needs to vouch for it: a token that was changed has another digest.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

PATTERN = re.compile(r"rev_[A-Za-z0-9_-]{43}")

PREFIX = "rev_"
RANDOM_BYTES = 16
PURPOSE = b"revocation token\0"


def new_token(subject_key: bytes, subject_id: UUID) -> str:
    """Draw a token for an end user of the project that has this key: 128 random bits."""
    drawn = secrets.token_bytes(RANDOM_BYTES)
    masked = subject_id.int ^ _pad(subject_key, drawn)
    text = urlsafe_b64encode(drawn + masked.to_bytes(16)).rstrip(b"=")
    return PREFIX + text.decode()


def subject_of(token: str, subject_key: bytes) -> UUID:
    """Return the pseudonym that a well-formed token carries for the project that has this key.

    Of another project's token, or of one that nobody drew, it is a pseudonym of nobody.
    """
    content = urlsafe_b64decode(token[len(PREFIX) :] + "=")
    drawn, masked = content[:RANDOM_BYTES], content[RANDOM_BYTES:]
    return UUID(int=int.from_bytes(masked) ^ _pad(subject_key, drawn))


def is_well_formed(text: str) -> bool:
    return PATTERN.fullmatch(text) is not None


def digest(token: str) -> bytes:
    """Return what is stored of a token, 32 bytes. It is of the text, which has one spelling."""
    return hashlib.sha256(token.encode()).digest()


def _pad(subject_key: bytes, drawn: bytes) -> int:
    return int.from_bytes(hmac.digest(subject_key, PURPOSE + drawn, "sha256")[:16])
