"""What both clients are made of: checked settings, a key that nobody sees, what each call sends."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import httpx2

from memory_scope._answers import RateLimit, rate_limit_of
from memory_scope._calls import Call
from memory_scope._connections import CLOSED, NotPickled
from memory_scope._environment import C, is_loopback, open_client
from memory_scope._failures import connection_error
from memory_scope._keys import ApiKey, Keys, Secret
from memory_scope._options import flaw_of_headers, flaw_of_timeout
from memory_scope._version import __version__
from memory_scope.exceptions import (
    APIError,
    ClientStateError,
    ConfigurationError,
    MemoryScopeError,
)
from memory_scope.vocabulary import NOT_GIVEN, Environment, NotGiven, Timeout

S = TypeVar("S", bound="Setup")

DEFAULT_TIMEOUT = 10.0  # seconds
MOST_RETRIES = 10
MOST_PORT = 65535


class Setup(NotPickled):
    """A client's settings and state; the subclasses do the waiting."""

    _shown = "refused"  # a traceback can show a client whose settings were not accepted

    def __init__(
        self,
        api_key: Secret | None,
        base_url: str | None,
        timeout: float | None,
        max_retries: int,
        allow_http: bool,
    ) -> None:
        """Check what was given, and what the environment says. Raises ConfigurationError."""
        self._keys = Keys(api_key)
        self._base_url = checked_url(base_url, allow_http)
        self._timeout = _checked_timeout(timeout)
        self._max_retries = _checked_retries(max_retries)
        self._extra_headers: Mapping[str, str] = {}
        self._told = _Told()
        key = "a function" if self._keys.last is None else repr(self._keys.last.masked)
        self._shown = f"api_key={key}, base_url={self._base_url!r}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown})"

    @property
    def environment(self) -> Environment | None:
        """The key's environment, `test` or `live`; None before a function was asked for a key."""
        return None if self._keys.last is None else self._keys.last.environment

    @property
    def masked_key(self) -> str | None:
        """The key as the console shows it, e.g. `sk_test_••••9fQ2`; of a function, the last one."""
        return None if self._keys.last is None else self._keys.last.masked

    @property
    def base_url(self) -> str:
        """The service's address."""
        return self._base_url

    @property
    def rate_limit(self) -> RateLimit | None:
        """What the last answer said of the key's limit; None before the first that says."""
        return self._told.rate_limit

    def with_options(
        self: S,
        *,
        timeout: Timeout = NOT_GIVEN,
        max_retries: int | Literal[NotGiven.NOT_GIVEN] = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> S:
        """Return a client that differs in this, and shares the rest: key, connections, rate limit.

        Such as `client.with_options(max_retries=0).usage()`. To close one of them closes all.

        Args:
            timeout: As of the client; of calls that take longer it is then still the least.
            max_retries: As of the client.
            extra_headers: Sent with every call, besides those given before; see `extra_headers` of
                the client's description.

        Raises:
            ConfigurationError: One of them cannot be used.
        """
        flaw = flaw_of_headers(extra_headers)
        if flaw is not None:
            raise ConfigurationError(flaw)
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        if timeout is not NOT_GIVEN:
            twin._timeout = _checked_timeout(timeout)
        if max_retries is not NOT_GIVEN:
            twin._max_retries = _checked_retries(max_retries)
        twin._extra_headers = httpx2.Headers({**self._extra_headers})
        twin._extra_headers.update(extra_headers or {})
        return twin

    def _arguments(self, call: Call[Any], key: ApiKey) -> dict[str, Any]:
        """Return what makes the request. The address is sent as it is, dots and all."""
        headers = httpx2.Headers({"User-Agent": f"memory-scope-python/{__version__}"})
        for more in (self._extra_headers, call.extra_headers, call.headers, key.headers()):
            headers.update(more)
        headers["Accept"] = "application/json"
        return {
            "method": call.method,
            "url": self._base_url + call.path,
            "content": call.content,
            "timeout": self._patience(call),
            "headers": headers,
        }

    def _patience(self, call: Call[Any]) -> httpx2.Timeout:
        if call.timeout is NOT_GIVEN:
            return timeout_of(self._timeout, at_least=call.patience)
        return timeout_of(call.timeout)

    def _failure(self, error: Exception, *, is_closed: bool) -> MemoryScopeError:
        """Make the error of a call that was not answered, without what it came of."""
        if isinstance(error, httpx2.TransportError):
            return connection_error(error, base_url=self._base_url, proxied=self._proxied)
        if is_closed:
            return ClientStateError(CLOSED)
        if isinstance(error, httpx2.DecodingError):
            return APIError("The answer could not be read.")
        return APIError(f"The request could not be made: {type(error).__name__}.")

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
        self._told.rate_limit = rate_limit_of(response) or self._told.rate_limit


class _Told:
    """What answers told, to a client and all that were made of it."""

    rate_limit: RateLimit | None = None


def check_http_client(given: object, kind: type, transport: object) -> None:
    """Raise ConfigurationError for what is no such HTTP client, and for two ways to send."""
    if given is None:
        return
    if not isinstance(given, kind):
        other = f"{type(given).__module__.partition('.')[0]}.{type(given).__name__}"
        raise ConfigurationError(f"http_client must be an httpx2.{kind.__name__}, not {other}.")
    if transport is not None:
        raise ConfigurationError("Give either transport or http_client, not both.")


def timeout_of(timeout: float | None, *, at_least: float = 0.0) -> httpx2.Timeout:
    """Allow so many seconds for each of connecting, writing and waiting; None waits for ever.

    For the answer it waits longer where the service is known to take longer. Waiting for a free
    connection of the pool is not the service's fault and has no end.
    """
    waiting = None if timeout is None else max(timeout, at_least)
    return httpx2.Timeout(timeout, read=waiting, pool=None)


def _checked_timeout(given: float | None) -> float | None:
    flaw = flaw_of_timeout(given)
    if flaw is not None:
        raise ConfigurationError(flaw)
    return given


def _checked_retries(given: int) -> int:
    is_number = isinstance(given, int) and not isinstance(given, bool)
    if not is_number or not 0 <= given <= MOST_RETRIES:
        raise ConfigurationError(f"max_retries must be between 0 and {MOST_RETRIES}.")
    return given


def checked_url(given: str | None, allow_http: bool) -> str:
    name = "base_url" if given is not None else "MEMORY_SCOPE_BASE_URL"
    text = os.environ.get("MEMORY_SCOPE_BASE_URL", "") if given is None else given
    if not isinstance(text, str):
        raise ConfigurationError(f"base_url must be a string, not a {type(text).__name__}.")
    text = text.strip()
    if not text:
        raise ConfigurationError(
            "No address: give base_url, or set MEMORY_SCOPE_BASE_URL."
            if given is None
            else "No address: base_url is empty."
        )
    url = _url(text)
    if url is None:
        raise ConfigurationError(f"{name} must be an address such as https://memory.example.com.")
    if url.query or url.fragment:
        raise ConfigurationError(f"{name} must have no query and no fragment.")
    if url.scheme == "http" and not (allow_http or is_loopback(url.host)):
        raise ConfigurationError(
            f"http://{url.host} would send the key in clear: use https, or say allow_http=True."
        )
    return str(url).rstrip("/")


def _url(text: str) -> httpx2.URL | None:
    """Return the address if a connection can be made to what it names."""
    try:
        url = httpx2.URL(text)
        url.host.removesuffix(".").encode("idna")  # as the resolver does: "a..b" is no name
    except (httpx2.InvalidURL, ValueError):
        return None
    if url.scheme not in ("https", "http") or not url.host or url.userinfo:
        return None
    if "%" in url.host.partition(":")[0]:  # what no name has, but a scope of IPv6 does
        return None
    return url if url.port is None or 0 < url.port <= MOST_PORT else None
