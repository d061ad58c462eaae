"""Signs what the service says, so that others can hold it against its public keys.

What is signed is a compact JWS (RFC 7515): EdDSA over Ed25519 (RFC 8037), with the key's id and a
type in its header. A type tells what was signed for what: a token of one is none of another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import jwt
import msgspec
from django.conf import settings

from proof import keys
from proof.keys import PublicKeys, SigningKey

ALGORITHM = "EdDSA"
# Nothing else decodes to the same: what was hashed as a text is told from any other text.
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}", re.ASCII)

_jws = jwt.PyJWS(algorithms=[ALGORITHM])


class BadSignature(Exception):
    """This was not signed by a key of ours, or not as what it is taken for."""


def sign(claims: Mapping[str, object], *, typ: str) -> str:
    """Return the claims signed by the first of SIGNING_KEYS, as a compact JWS.

    Ids and times may stand in the claims as they are; their names are written in rising order.
    """
    key = _keys()[0]
    payload = msgspec.json.encode(claims, order="deterministic")
    header = {"kid": key.kid, "typ": typ}
    if key.private is None:  # settings refuse it
        raise ValueError("The first of SIGNING_KEYS must be a seed.")
    return _jws.encode(payload, key.private, algorithm=ALGORITHM, headers=header)


def read(token: str, *, typ: str) -> dict[str, object]:
    """Return the claims of what one of SIGNING_KEYS signed as that type. Raises BadSignature."""
    if not COMPACT.fullmatch(token):
        raise BadSignature
    try:
        header = _jws.get_unverified_header(token)
        key = {one.kid: one for one in _keys()}.get(str(header.get("kid")))
        if key is None or header.get("typ") != typ:
            raise BadSignature
        payload = _jws.decode(token, key.public, algorithms=[ALGORITHM])
        return msgspec.json.decode(payload, type=dict[str, object])
    except (jwt.InvalidTokenError, msgspec.DecodeError):
        raise BadSignature from None


def public_keys() -> PublicKeys:
    """Return the public halves of all keys as a JWK set; the first is that which signs."""
    return {"keys": [key.published for key in _keys()]}


def _keys() -> list[SigningKey]:
    return _parsed(tuple(settings.SIGNING_KEYS), settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _parsed(entries: tuple[str, ...], secret: str) -> list[SigningKey]:
    return keys.parsed(entries) or [keys.derived(secret)]
