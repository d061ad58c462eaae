"""Where a request comes from, and under which address it found this service.

This is the one place that reads addresses: all else counts, stores and shows what it returns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

NETWORK_PREFIX = 64  # bits of IPv6: what one customer of a provider is given, at the least
WIDER = {4: (24,), 6: (48, 32)}  # bits of the networks that hold many of those
LONGEST_ADDRESS = 45  # characters: IPv6 in full
LONGEST_READ = 100  # characters; nothing that names an address has more
UNREADABLE = "unreadable"  # a name to count by, beside the address that it came through

TRANSLATED = IPv6Network("64:ff9b::/96")  # IPv4 behind a translator of the network (RFC 6052)
COMPATIBLE = IPv6Network("::/96")  # how IPv4 was once written in IPv6
BRACKETED = re.compile(r"\[([^\[\]]*)\](?::[0-9]{1,5})?")
WITH_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}")
DECIMAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the client's address: the connection's own, or what our outermost proxy saw.

    Each proxy appends the address that the request came from to X-Forwarded-For. Of
    `TRUSTED_PROXY_COUNT` proxies the first one's entry is that many from the right; what stands
    before it anyone could have written. Where it names no address, the proxy's own is returned:
    to be shown, not to be counted by.
    """
    return _forwarded(meta) or _peer(meta)


def counted_networks(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Return by what to count what nobody in particular asks: an address, and networks around it.

    What a proxy wrote that names no address is counted apart, together with that proxy: nobody
    whose address can be read has a share in it.
    """
    forwarded = _forwarded(meta)
    if forwarded == "":
        return (f"{UNREADABLE} by {_peer(meta)}",)
    return networks_of(forwarded or _peer(meta))


def _peer(meta: Mapping[str, Any]) -> str:
    peer = str(meta.get("REMOTE_ADDR", ""))
    return normal(peer) or peer[:LONGEST_ADDRESS]


def _forwarded(meta: Mapping[str, Any]) -> str | None:
    """Return the address that our outermost proxy wrote: "" for none, None if it wrote nothing."""
    count: int = settings.TRUSTED_PROXY_COUNT
    entries = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if count else []
    return normal(entries[-count]) if count and len(entries) >= count and any(entries) else None


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """Return the address that a text names in its one form; the empty text if it names none.

    Proxies write ports, brackets, quotes, zones, and IPv4 in IPv6's clothes; all are taken off.
    """
    address = _parsed(text)
    return str(address) if address else ""


def network_of(address: str) -> str:
    """Return what to count by: an IPv4 address, or an IPv6 network, of which one host has many."""
    return networks_of(address)[0]


@lru_cache(maxsize=4096)
def networks_of(address: str) -> tuple[str, ...]:
    """Return what `network_of` does, and then the wider networks, the nearest first."""
    parsed = _parsed(address)
    if parsed is None:
        return (address,)
    nearest = (
        str(parsed) if isinstance(parsed, IPv4Address) else _network(parsed, NETWORK_PREFIX, "")
    )
    return (nearest, *(_network(parsed, bits, f"/{bits}") for bits in WIDER[parsed.version]))


def _network(address: IPv4Address | IPv6Address, bits: int, ending: str) -> str:
    return f"{ip_network((address, bits), strict=False).network_address}{ending}"


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    if len(text) > LONGEST_READ or not text.isascii():
        return None
    text = text.strip().strip('"').strip()
    if text[:4].lower() == "for=":  # an element of `Forwarded`, which some proxies copy
        text = text[4:].strip('"')
    if (match := BRACKETED.fullmatch(text)) or (match := WITH_PORT.fullmatch(text)):
        text = match[1]
    text = text.partition("%")[0]
    if DECIMAL.fullmatch(text):  # some proxies pad with zeros
        text = ".".join(str(int(part)) for part in text.split("."))
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return _four_in_six(address) if isinstance(address, IPv6Address) else address


def _four_in_six(address: IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address is only another spelling of."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    last = int(address) & 0xFFFF_FFFF
    if address in TRANSLATED or (address in COMPATIBLE and last > 0xFFFF):
        return IPv4Address(last)
    return address


def base_url(request: HttpRequest) -> str:
    """Return the address that this service was asked under, as a quickstart needs it."""
    return request.build_absolute_uri("/").rstrip("/")
