"""The keys that sign what the service says, and what of them is public.

An entry of SIGNING_KEYS is an Ed25519 seed, 32 bytes in base64url, or `public:` and a public key:
that of a seed which was thrown away, so that what it signed still verifies.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Literal, TypedDict

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BYTES = 32  # of a seed, and of a public key
PUBLIC = "public:"
DERIVED = b"memory-scope signing key 1"


class PublicKey(TypedDict):
    """A public key as RFC 8037 writes it; `kid` is its thumbprint (RFC 7638)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA"]


class PublicKeys(TypedDict):
    """A JSON Web Key Set (RFC 7517); the first key signs, the others signed before."""

    keys: list[PublicKey]


class SigningKey:
    """One key: it signs, or only verifies what it signed before. Its seed is in no repr."""

    def __init__(self, public: bytes, seed: bytes | None = None) -> None:
        self.private = None if seed is None else Ed25519PrivateKey.from_private_bytes(seed)
        self.public = Ed25519PublicKey.from_public_bytes(public)
        self.x = encoded(public)
        members = {"crv": "Ed25519", "kty": "OKP", "x": self.x}  # those of RFC 8037, sorted
        self.kid = encoded(hashlib.sha256(msgspec.json.encode(members)).digest())

    def __repr__(self) -> str:
        return f"SigningKey({self.kid})"

    @property
    def published(self) -> PublicKey:
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": self.x,
            "kid": self.kid,
            "use": "sig",
            "alg": "EdDSA",
        }


def parsed(entries: Sequence[str]) -> list[SigningKey]:
    """Return the keys of SIGNING_KEYS. Raises ValueError, without a word of what is secret."""
    keys = [_parsed(entry) for entry in entries]
    if keys and keys[0].private is None:
        raise ValueError("the first entry must be a seed, for it signs")
    if len({key.kid for key in keys}) < len(keys):
        raise ValueError("an entry stands there twice")
    return keys


def derived(secret: str) -> SigningKey:
    """Return the key that is made from another secret where none is set (HKDF, RFC 5869)."""
    made = HKDF(algorithm=SHA256(), length=BYTES, salt=None, info=DERIVED).derive(secret.encode())
    return _of_seed(made)


def new_seed() -> str:
    """Draw a seed, as SIGNING_KEYS takes it."""
    return encoded(Ed25519PrivateKey.generate().private_bytes_raw())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _parsed(entry: str) -> SigningKey:
    is_public = entry.startswith(PUBLIC)
    text = entry.removeprefix(PUBLIC)
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raw = b""
    if len(raw) != BYTES or encoded(raw) != text:
        what = "a public key" if is_public else "a seed"
        raise ValueError(f"{what} is {BYTES} bytes in base64url: 43 characters")
    return SigningKey(raw) if is_public else _of_seed(raw)


def _of_seed(seed: bytes) -> SigningKey:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return SigningKey(public, seed)
