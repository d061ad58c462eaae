"""What the MCP server may be told, and which of it would be unsafe. Needs no extra."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import get_args

import httpx2

from memory_scope._environment import is_loopback
from memory_scope.exceptions import ConfigurationError
from memory_scope.vocabulary import Source

USER_VARIABLE = "MEMORY_SCOPE_USER_ID"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
DEFAULT_SOURCE: Source = "inferred"
DEFAULT_CLAIM = "sub"
LONGEST_USER_ID = 255
MOST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """Which bearer tokens of an authorization server are taken, and which claim is the person.

    Attributes:
        issuer: Who must have issued a token: its claim `iss`.
        jwks_url: Where the issuer publishes its keys.
        public_url: The address of this server as its users know it, with the path.
        audience: For whom a token must be: its claim `aud`.
        user_claim: The claim that holds the end user's id.
    """

    issuer: str
    jwks_url: str
    public_url: str
    audience: str
    user_claim: str = DEFAULT_CLAIM


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPlace:
    """Where the server listens for streamable HTTP, and whose tokens it takes, if any."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    tokens: TokenRules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class McpSettings:
    """What an MCP server does, and for whom. What would be unsafe is refused when it is made.

    Attributes:
        user_id: The end user of every session; None where each session's token says who.
        http: Where to listen; None: standard input and output.
        source: The source under which is stored what the agent remembers.
        allow_deleting: Whether there is a tool that deletes a memory for good.
        patience: Seconds that a tool may take altogether.

    Raises:
        ConfigurationError: It is not said whose memories these are, or it is said twice, or other
            machines could reach them without authorization.
    """

    user_id: str | None = None
    http: HttpPlace | None = None
    source: Source = DEFAULT_SOURCE
    allow_deleting: bool = False
    patience: float = 45.0

    def __post_init__(self) -> None:
        if self.source not in get_args(Source):
            raise ConfigurationError(f"The source must be one of {', '.join(get_args(Source))}.")
        if self.user_id is not None:
            _check_user_id(self.user_id)
        tokens = None if self.http is None else self.http.tokens
        if self.http is not None:
            _check_place(self.http)
        if tokens is not None:
            _check_tokens(tokens)
        _check_who(self.user_id, self.http, tokens)


def _check_who(user_id: str | None, http: HttpPlace | None, tokens: TokenRules | None) -> None:
    if user_id is not None and tokens is not None:
        raise ConfigurationError(
            f"Whose memories these are is said twice: by --user-id or {USER_VARIABLE}, and by "
            "tokens. Leave one of them out."
        )
    if user_id is None and tokens is None:
        raise ConfigurationError(
            f"Whose memories are these? Give --user-id, or set {USER_VARIABLE}"
            + ("." if http is None else ", or let tokens say it: --jwt-issuer and its companions.")
        )
    if http is not None and tokens is None and not _is_bound_to_loopback(http.host):
        raise ConfigurationError(
            f"Whoever reaches {http.host} could read the person's memories: listen on 127.0.0.1, "
            "or take tokens (--jwt-issuer and its companions)."
        )


def is_user_id(text: object) -> bool:
    """Say whether the service would take this as the id of an end user."""
    return (
        isinstance(text, str)
        and text == text.strip()
        and 0 < len(text) <= LONGEST_USER_ID
        and text.isprintable()
    )


def _check_user_id(text: str) -> None:
    if not is_user_id(text):
        raise ConfigurationError(
            f"--user-id or {USER_VARIABLE} must be 1 to {LONGEST_USER_ID} characters that can be "
            "seen, without a blank at either end."
        )


def _check_place(place: HttpPlace) -> None:
    if not place.host:
        raise ConfigurationError("--host is empty.")
    if not 0 < place.port <= MOST_PORT:
        raise ConfigurationError(f"--port must be between 1 and {MOST_PORT}.")


def _check_tokens(rules: TokenRules) -> None:
    for name, text in (
        ("--jwt-issuer", rules.issuer),
        ("--jwt-jwks-url", rules.jwks_url),
        ("--public-url", rules.public_url),
    ):
        if not _is_safe_address(text):
            raise ConfigurationError(
                f"{name} must be an https:// address without query or fragment; http:// is for "
                "this machine alone."
            )
    if not rules.audience.strip() or not rules.user_claim.strip():
        raise ConfigurationError("--jwt-audience and --jwt-user-claim must not be empty.")


def _is_safe_address(text: str) -> bool:
    """Say whether nobody on the way could read or change what is there."""
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        return False
    if not url.host or url.userinfo or url.query or url.fragment:
        return False
    return url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))


def _is_bound_to_loopback(host: str) -> bool:
    """Say whether only this machine reaches what listens there. 0.0.0.0 is everybody."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
