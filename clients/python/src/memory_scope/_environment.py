"""Opens HTTP clients by what the environment says of proxies and certificates."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx2

from memory_scope.exceptions import ConfigurationError

C = TypeVar("C", httpx2.Client, httpx2.AsyncClient)

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
PROXY_NAMES = (
    *PROXIES,
    *(name.lower() for name in PROXIES),
    *("NO_PROXY", "no_proxy"),
)
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
MOST_PORT = 65535


def is_loopback(host: str) -> bool:
    """Say whether the host is this machine, by whatever name: no proxy may see what goes there."""
    name = host.rstrip(".").lower()
    address = _address(name.strip("[]").partition("%")[0])
    if address is None:
        return name == "localhost" or name.endswith(".localhost")
    # Whoever connects to 0.0.0.0 or :: connects to this machine.
    return address.is_loopback or address.is_unspecified


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address in every spelling that a connection resolves without asking for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return getattr(address, "ipv4_mapped", None) or address
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1, 2130706433, 0x7f000001
    except (OSError, ValueError):
        return None


def open_client(open_it: Callable[[], C], *, proxied: bool, certified: bool) -> C:
    """Open a client. Raises ConfigurationError that names the variable which is in the way.

    `proxied` and `certified` say whether the variables of proxies, and of certificates, matter.
    """
    concerned = (PROXY_NAMES if proxied else ()) + (CERTIFICATES if proxied or certified else ())
    given = {name: os.environ[name] for name in concerned if os.environ.get(name)}
    broken = [name for name, value in given.items() if _is_broken(name, value)]
    if broken:
        raise ConfigurationError(_sentence(broken))
    try:
        return open_it()
    except (ValueError, OSError, ImportError, httpx2.InvalidURL):
        pass
    # Without the cause: its message quotes a value, and a proxy's address can hold a password.
    raise ConfigurationError(_sentence(list(given)))


def certificates(matter: bool) -> ssl.SSLContext | bool:
    """Return which certificates are believed: the usual ones, or none where none is looked at.

    To load them takes a quarter of a second, which a client of plain HTTP need not wait.
    """
    return True if matter else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _sentence(names: list[str]) -> str:
    if not names:
        return "No connection can be made ready on this machine."
    return f"The environment variable {' or '.join(names)} cannot be used as it is."


def _is_broken(name: str, value: str) -> bool:
    if name == "SSL_CERT_DIR":
        return not all(Path(folder).is_dir() for folder in value.split(os.pathsep))
    if name == "SSL_CERT_FILE":
        return not _holds_certificates(value)
    if name.upper() in PROXIES:
        return not _is_proxy(value)
    return False


def _holds_certificates(file: str) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ValueError):
        return False
    return True


def _is_proxy(value: str) -> bool:
    try:
        url = httpx2.URL(value if "://" in value else f"http://{value}")
        httpx2.Proxy(url)
    except (ValueError, httpx2.InvalidURL):
        return False
    return url.scheme in PROXY_SCHEMES and bool(url.host) and (url.port or 0) <= MOST_PORT
