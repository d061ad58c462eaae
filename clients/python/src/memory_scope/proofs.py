"""What the service signs, verified by its public keys, without the service.

Needs `pip install 'memory-scope[verify]'`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

try:
    import rfc8785
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError as error:
    raise ImportError(
        "To verify what the service signs, install the extra: pip install 'memory-scope[verify]'"
    ) from error

from memory_scope.exceptions import MemoryScopeError
from memory_scope.results import MemoryRead

RECEIPT = "memory-scope-receipt+jwt"
ALGORITHM = "EdDSA"
SUMMARY = ("summary_text", "summary_struct", "confidence")


class BadProofError(MemoryScopeError):
    """This was not signed by one of these keys, or not as what it is taken for."""


def verify_receipt(
    receipt: str, keys: Mapping[str, Any], *, answer: MemoryRead | Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what a receipt says, once it is known to be the service's.

    Args:
        receipt: The compact JWS of an answer's `receipt`.
        keys: The service's public keys, as `/.well-known/memory-scope-keys.json` has them.
        answer: The answer to a read, as a result or as JSON: it must be the one that the receipt
            was given with.

    Raises:
        BadProofError: It is none of the service's, or another answer's; or these are no keys.
    """
    claims = claims_of(receipt, keys, typ=RECEIPT)
    if answer is not None:
        given = answer.to_dict() if isinstance(answer, MemoryRead) else answer
        if "summary_sha256" not in claims:
            raise BadProofError(f"This is the receipt of another thing: {claims.get('kind')}.")
        if digest(given) != claims["summary_sha256"]:
            raise BadProofError("The receipt was given with another answer than this.")
    return claims


def digest(answer: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON (RFC 8785) of an answer's summary.

    Raises BadProofError for what is no answer to a read.
    """
    try:
        summary = {name: answer[name] for name in SUMMARY}
        return hashlib.sha256(rfc8785.dumps(summary)).hexdigest()
    except (KeyError, RecursionError, rfc8785.CanonicalizationError):
        raise BadProofError("This is no answer to a read.") from None


def claims_of(token: str, keys: Mapping[str, Any], *, typ: str) -> dict[str, Any]:
    """Return what a compact JWS says that one of the keys signed as this type.

    Raises BadProofError.
    """
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        raise BadProofError("This is no compact JWS.")
    header, payload, signature = (_decoded(part) for part in parts)
    told = _object(header)
    if told.get("alg") != ALGORITHM or told.get("typ") != typ or "crit" in told:
        raise BadProofError(f"This was not signed as {typ}.")
    try:
        key = public_keys(keys)[str(told.get("kid"))]
    except KeyError:
        raise BadProofError("None of these keys has signed this.") from None
    try:
        key.verify(signature, f"{parts[0]}.{parts[1]}".encode())
    except InvalidSignature:
        raise BadProofError("The signature does not belong to what is said.") from None
    return _object(payload)


def public_keys(keys: Mapping[str, Any]) -> dict[str, Ed25519PublicKey]:
    """Return the Ed25519 keys of a JSON Web Key Set by their ids. Raises BadProofError."""
    try:
        return {
            key["kid"]: Ed25519PublicKey.from_public_bytes(_decoded(key["x"]))
            for key in keys["keys"]
            if key["kty"] == "OKP" and key["crv"] == "Ed25519"
        }
    except (KeyError, TypeError, ValueError, BadProofError):
        raise BadProofError("These are no public keys: a JSON Web Key Set is needed.") from None


def _decoded(part: str) -> bytes:
    """Decode base64url that has one spelling alone: of a changed letter nothing may stay."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raw = b""
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise BadProofError("This is no base64url.")
    return raw


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadProofError("What was signed is no JSON object.")
    return value
