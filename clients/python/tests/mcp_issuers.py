"""An authorization server as far as tokens go: it signs them, and publishes its keys."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from clients.python.tests.servers import serving

ISSUER = "https://login.example.com"
PUBLIC = "https://mcp.example.com/mcp"


@dataclass
class Issuer:
    """Signs tokens with a key that it publishes under a name."""

    address: str = ""
    name: str = "first"
    published: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def publish(self) -> None:
        """Publish the key, and no other."""
        algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
        own = json.loads(algorithm.to_jwk(self.key.public_key()))
        self.published = {"keys": [{**own, "kid": self.name, "alg": "ES256", "use": "sig"}]}

    def token(self, person: object = "user_7", **changed: Any) -> str:
        """Return a token of this person's; a claim that is changed to None is left out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": PUBLIC,
            "sub": person,
            "iat": now,
            "exp": now + 600,
            "azp": "the-host",
            **changed,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": self.name})

    @property
    def words(self) -> list[str]:
        """The arguments by which the server takes these tokens."""
        return [
            *("--jwt-issuer", ISSUER, "--jwt-jwks-url", f"{self.address}/jwks"),
            *("--public-url", PUBLIC),
        ]


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    issuer.publish()

    def reply(handler: Any, content: bytes) -> None:
        issuer.asked += 1
        handler.send(200, json.dumps(issuer.published).encode(), {"Content-Type": "text/json"})

    with serving(reply) as address:
        issuer.address = address
        yield issuer


def stranger_key() -> rsa.RSAPrivateKey:
    """Return a key that nobody publishes."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
