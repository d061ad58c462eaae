"""Why a call has no answer, so that whoever reads it knows what to check; nothing secret."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator

import httpx2

from memory_scope import exceptions
from memory_scope.exceptions import FailureReason

# What OpenSSL calls the flaws of a certificate.
_CERTIFICATE_FLAWS = {
    9: "it is not valid yet; check this machine's clock too",
    10: "it has expired; check this machine's clock too",
    18: "it is self-signed; SSL_CERT_FILE can name a file that holds it",
    19: "it is self-signed; SSL_CERT_FILE can name a file that holds it",
    20: "this machine does not know who signed it; SSL_CERT_FILE can name a file with the issuer",
    21: "this machine does not know who signed it; SSL_CERT_FILE can name a file with the issuer",
    62: "it is for another host name",
    64: "it is for another address",
}
_SENTENCES: dict[FailureReason, str] = {
    "name_not_found": "The name {host} was not found: check the address, and this network's names.",
    "refused": "{place} refused the connection: check that the service runs, and the port.",
    "unreachable": "{place} could not be reached: check the address, and this machine's network.",
    "certificate": "The certificate of {place} was not accepted: {flaw}.",
    "tls": "{place} could not be spoken to in TLS: check whether it is an https:// address.",
    "connect_timeout": "There was no connection to {place} in time: check the address and the way "
    "there, or give more time by `timeout`.",
    "read_timeout": "The service did not answer in time: it may have carried the request out all "
    "the same. Give more time by `timeout`.",
    "write_timeout": "The request could not be sent in time: check the way to {place}.",
    "proxy": "The proxy did not pass the request on: check its address and what it allows.",
    "broken_off": "The connection to {place} broke off before the answer was whole.",
    "no_http": "{place} did not answer in HTTP: check the address and the port.",
}


def connection_error(
    error: httpx2.TransportError, *, base_url: str, proxied: bool
) -> exceptions.APIConnectionError:
    """Make the error of a call without an answer."""
    url = httpx2.URL(base_url)
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    host = f"[{url.host}]" if ":" in url.host else url.host
    reason, flaw = _reason(error)
    sentence = _SENTENCES[reason].format(host=host, place=f"{host}:{port}", flaw=flaw)
    is_late = isinstance(error, httpx2.TimeoutException)
    kind = exceptions.APITimeoutError if is_late else exceptions.APIConnectionError
    failure = kind(f"{sentence}{_proxy_remark(url.scheme) if proxied else ''}")
    failure.reason = reason
    failure.request_sent = not isinstance(
        error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError
    )
    return failure


def _reason(error: httpx2.TransportError) -> tuple[FailureReason, str]:
    """Return why, and what is wrong with the certificate if that is why."""
    if isinstance(error, httpx2.TimeoutException):
        return _late(error), ""
    if isinstance(error, httpx2.ProxyError):
        return "proxy", ""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            flaw = _CERTIFICATE_FLAWS.get(cause.verify_code, "it could not be verified")
            return "certificate", flaw
    for kind, reason in _BY_CAUSE:
        if any(isinstance(cause, kind) for cause in causes):
            return reason, ""
    if isinstance(error, httpx2.RemoteProtocolError) and "illegal" in str(error):
        return "no_http", ""
    return ("unreachable" if isinstance(error, httpx2.ConnectError) else "broken_off"), ""


_BY_CAUSE: tuple[tuple[type[BaseException], FailureReason], ...] = (
    (socket.gaierror, "name_not_found"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "broken_off"),
    (ssl.SSLError, "tls"),
)


def _late(error: httpx2.TimeoutException) -> FailureReason:
    if isinstance(error, httpx2.ConnectTimeout):
        return "connect_timeout"
    return "write_timeout" if isinstance(error, httpx2.WriteTimeout) else "read_timeout"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all that it came of; asyncio tries several addresses at once."""
    yield error
    cause = error.__cause__ or error.__context__
    for one in (*getattr(error, "exceptions", ()), *([cause] if cause else [])):
        yield from _causes(one)


def _proxy_remark(scheme: str) -> str:
    """Name the variables of proxies, never a value: one can hold a password."""
    concerned = (f"{scheme.upper()}_PROXY", "ALL_PROXY")
    named = [name for name in os.environ if name.upper() in concerned and os.environ[name]]
    return f" {' and '.join(sorted(named))} may be in the way: check it too." if named else ""
