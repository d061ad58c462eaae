"""Bearer tokens: JWTs that the issuer signed, for this server, with the person in a claim."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import httpx2
import jwt
from mcp.server.auth.provider import AccessToken

from memory_scope._mcp_settings import TokenRules, is_user_id
from memory_scope.mcp.logs import log

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)  # of these the issuer alone can sign
LEEWAY = 30  # seconds by which two clocks may differ
LONGEST_TOKEN = 16_384
PATIENCE = 5.0  # seconds for the issuer's keys
PAUSE = 30.0  # seconds between two attempts to get them
FRESH = 3600.0  # seconds after which they are asked for again: an issuer can withdraw one


class IssuerKeys:
    """The keys that the issuer publishes, asked for when needed, and not more often than allowed.

    A token can name any key, so a name that is not known must not make this server a hammer.
    """

    def __init__(
        self, url: str, transport: httpx2.AsyncBaseTransport | None, clock: Callable[[], float]
    ) -> None:
        self._url = url
        self._transport = transport
        self._clock = clock
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._got_at = self._asked_at = float("-inf")

    async def named(self, name: str | None) -> jwt.PyJWK | None:
        """Return a key by its `kid`. Without one: the only key that there is, if it is the only."""
        now = self._clock()
        known = self._found(name)
        if known is not None and now - self._got_at < FRESH:
            return known
        if now - self._asked_at >= PAUSE:
            self._asked_at = now
            await self._get()
        return self._found(name)

    def _found(self, name: str | None) -> jwt.PyJWK | None:
        if name is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(name)

    async def _get(self) -> None:
        """Ask for the keys. If that fails, those of before stay."""
        try:
            async with httpx2.AsyncClient(
                transport=self._transport, timeout=PATIENCE, follow_redirects=False
            ) as http:
                answer = await http.get(self._url)
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        except (httpx2.HTTPError, jwt.PyJWTError, ValueError, AttributeError, TypeError) as error:
            log.error("The issuer's keys could not be had: %s", type(error).__name__)
            return
        self._keys = {key.key_id: key for key in keys}
        self._got_at = self._clock()


class JwtVerifier:
    """Takes a token if the issuer signed it, for this server, for a person, and until later."""

    def __init__(
        self,
        rules: TokenRules,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._keys = IssuerKeys(rules.jwks_url, transport, clock)

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return what the token says, without the token; None if it is not taken."""
        claims = await self._claims(token)
        if claims is None:
            return None
        person = claims[self._rules.user_claim]
        if not is_user_id(person):
            log.warning("A token was refused: its claim %s is no user id", self._rules.user_claim)
            return None
        client = claims.get("azp", claims.get("client_id"))
        return AccessToken(
            token="",
            client_id=client if isinstance(client, str) else "",
            scopes=[],
            expires_at=int(claims["exp"]),
            subject=person,
            claims={"iss": self._rules.issuer},
        )

    async def _claims(self, token: str) -> dict[str, Any] | None:
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise jwt.InvalidAlgorithmError
            key = await self._keys.named(header.get("kid"))
            if key is None:
                raise jwt.InvalidKeyError
            return jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._rules.audience,
                issuer=self._rules.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", self._rules.user_claim]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            log.warning("A token was refused: %s", type(error).__name__)
            return None
