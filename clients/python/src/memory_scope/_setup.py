"""What both clients are made of: checked settings, a key that nobody sees, what each call sends."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import httpx2

from memory_scope._answers import RateLimit, rate_limit_of
from memory_scope._calls import Call
from memory_scope._connections import NotPickled
from memory_scope._environment import C, is_loopback, open_client
from memory_scope._keys import ApiKey, Secret, flaw_of
from memory_scope._version import __version__
from memory_scope.exceptions import MemoryScopeError

DEFAULT_TIMEOUT = 10.0  # seconds
MOST_RETRIES = 10


class Setup(NotPickled):
    """A client's settings and state; the subclasses do the waiting."""

    _shown = "refused"  # a traceback can show a client whose settings were not accepted

    def __init__(
        self, api_key: Secret | None, base_url: str | None, max_retries: int, allow_http: bool
    ) -> None:
        """Check what was given, and what the environment says. Raises MemoryScopeError."""
        self._key = _checked_key(api_key)
        self._base_url = _checked_url(base_url, allow_http)
        if not 0 <= max_retries <= MOST_RETRIES:
            raise MemoryScopeError(f"max_retries must be between 0 and {MOST_RETRIES}.")
        self._max_retries = max_retries
        self._rate_limit: RateLimit | None = None
        self._shown = f"api_key={self._key.masked!r}, base_url={self._base_url!r}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown})"

    @property
    def environment(self) -> str:
        """The key's environment, `test` or `live`."""
        return self._key.environment

    @property
    def masked_key(self) -> str:
        """The key as the console shows it, e.g. `sk_test_••••9fQ2`."""
        return self._key.masked

    @property
    def base_url(self) -> str:
        """The service's address."""
        return self._base_url

    @property
    def rate_limit(self) -> RateLimit | None:
        """What the last answer said of the key's limit; None before the first that says."""
        return self._rate_limit

    def _arguments(self, call: Call[Any]) -> dict[str, Any]:
        return {
            "method": call.method,
            "url": self._base_url + call.path,
            "content": call.content,
            "headers": {
                "Accept": "application/json",
                "User-Agent": f"memory-scope-python/{__version__}",
                **call.headers,
                **self._key.headers(),
            },
        }

    @property
    def _proxied(self) -> bool:
        """Whether the environment's proxies are for this address: never for this machine's."""
        return not is_loopback(httpx2.URL(self._base_url).host)

    @property
    def _certified(self) -> bool:
        """Whether the environment's certificates are for this address: only https asks for any."""
        return httpx2.URL(self._base_url).scheme == "https"

    def _opened_by(self, open_it: Callable[[], C]) -> C:
        return open_client(open_it, proxied=self._proxied, certified=self._certified)

    def _keep_rate_limit(self, response: httpx2.Response) -> None:
        self._rate_limit = rate_limit_of(response) or self._rate_limit


def timeout_of(timeout: float | None) -> httpx2.Timeout:
    """Allow so many seconds for each of connecting, writing and waiting; None waits for ever.

    Waiting for a free connection of the pool is not the service's fault and has no end.
    """
    return httpx2.Timeout(timeout, pool=None)


def _checked_key(given: Secret | None) -> ApiKey:
    secret, name = given, "api_key"
    if secret is None:
        secret, name = Secret(os.environ.get("MEMORY_SCOPE_API_KEY", "")), "MEMORY_SCOPE_API_KEY"
    secret = secret.stripped()
    if not secret.reveal():
        raise MemoryScopeError(
            "No API key: give api_key, or set MEMORY_SCOPE_API_KEY."
            if given is None
            else "No API key: api_key is empty."
        )
    flaw = flaw_of(secret)
    if flaw is not None:
        raise MemoryScopeError(flaw if given is not None else f"{name}: {flaw}")
    return ApiKey(secret)


def _checked_url(given: str | None, allow_http: bool) -> str:
    name = "base_url" if given is not None else "MEMORY_SCOPE_BASE_URL"
    text = os.environ.get("MEMORY_SCOPE_BASE_URL", "") if given is None else given
    text = text.strip()
    if not text:
        raise MemoryScopeError(
            "No address: give base_url, or set MEMORY_SCOPE_BASE_URL."
            if given is None
            else "No address: base_url is empty."
        )
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    if url.scheme not in ("https", "http") or not url.host or url.userinfo:
        raise MemoryScopeError(f"{name} must be an address such as https://memory.example.com.")
    if url.query or url.fragment:
        raise MemoryScopeError(f"{name} must have no query and no fragment.")
    if url.scheme == "http" and not (allow_http or is_loopback(url.host)):
        raise MemoryScopeError(
            f"http://{url.host} would send the key in clear: use https, or say allow_http=True."
        )
    return str(url).rstrip("/")
