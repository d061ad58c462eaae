"""Where a request comes from, and under which address it found this service."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

NETWORK_PREFIX = 64  # bits of IPv6: what one customer of a provider is given, at the least
LONGEST_ADDRESS = 45  # characters: IPv6 in full


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the client's address: the connection's own, or what our outermost proxy saw.

    Each proxy appends the address that the request came from to X-Forwarded-For. Of
    `TRUSTED_PROXY_COUNT` proxies the first one's entry is that many from the right; what stands
    before it anyone could have written.
    """
    peer = str(meta.get("REMOTE_ADDR", ""))
    count: int = settings.TRUSTED_PROXY_COUNT
    if not count:
        return peer
    entries = [entry.strip() for entry in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    if len(entries) < count:
        return peer
    try:
        return str(ip_address(entries[-count]))
    except ValueError:
        return peer


def network_of(address: str) -> str:
    """Return what to count by: an IPv4 address, or an IPv6 network, of which one host has many."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or IPv6Network((parsed, NETWORK_PREFIX), strict=False).network_address)
    return address


def base_url(request: HttpRequest) -> str:
    """Return the address that this service was asked under, as a quickstart needs it."""
    return request.build_absolute_uri("/").rstrip("/")
