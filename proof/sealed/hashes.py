"""How the events of the sealed record are hashed, and how what is signed about them is read.

docs/guide/sealed-record.md describes the format.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT, VERSION = "memory-scope-sealed-record", 1
SEAL, PRUNING = "memory-scope-seal", "memory-scope-pruning"  # types of what is signed
GROUPS = ("typed", "named", "address")  # parts of an event that an erasure may empty
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}", re.ASCII)


def canonical(value: Any) -> bytes:
    """Return JSON in the one form that is hashed: RFC 8785, but whole numbers as they are."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
        return "{" + ",".join(f"{_text(str(one))}:{_text(value[one])}" for one in names) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+d}"


def digest_of(salt: str, words: Mapping[str, Any]) -> str:
    """Return the digest that stands for words: of salt and words, behind a byte of its own."""
    return hashlib.sha256(b"\x02" + canonical([salt, dict(words)])).hexdigest()


def leaf_of(event: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """Return an event's leaf hash. `digests` stand for the GROUPS of which it has some."""
    whole = {"v": VERSION, "event": dict(event), **digests}
    return hashlib.sha256(b"\x00" + canonical(whole)).hexdigest()


def root_of(leaves: Sequence[str]) -> str:
    """Return the Merkle tree hash of one leaf or more, as RFC 6962 (2.1) has it."""
    return _root([bytes.fromhex(one) for one in leaves]).hex()


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below
    return hashlib.sha256(b"\x01" + _root(leaves[:half]) + _root(leaves[half:])).digest()


def hash_of(seal: str) -> str:
    """Return what the next seal holds of this one: the SHA-256 of the whole token."""
    return hashlib.sha256(seal.encode()).hexdigest()


def _decoded(part: str) -> bytes:
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise ValueError("not the one way to write it")
    return raw


def read_signed(token: str, keys: Mapping[str, bytes], *, typ: str) -> dict[str, Any]:
    """Return the claims that one of the keys, by their ids, signed. Raises ValueError."""
    if not isinstance(token, str) or not COMPACT.fullmatch(token):
        raise ValueError("no signed token")
    said, _, signature = token.rpartition(".")
    header, claims = (_object(part) for part in said.split("."))
    if (header.get("alg"), header.get("typ")) != ("EdDSA", typ) or "crit" in header:
        raise ValueError("signed as something else")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise ValueError("signed by a key that is not known")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(_decoded(signature), said.encode())
    except InvalidSignature:
        raise ValueError("not what was signed") from None
    return claims


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part))
    except RecursionError:
        value = None
    if not isinstance(value, dict):
        raise ValueError("no signed JSON object")
    return value


def keys_of(published: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the public keys of a JWK set by their ids. Raises ValueError."""
    try:
        return {one["kid"]: _decoded(one["x"]) for one in published["keys"]}
    except (KeyError, TypeError):
        raise ValueError("no JSON Web Key Set") from None
