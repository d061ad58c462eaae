"""Addresses have one form, whatever proxies make of them."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from foundation.addresses import client_address, counted_networks, network_of, networks_of

PROXY = "10.0.0.9"


def meta(forwarded: str | None, peer: str = PROXY) -> dict[str, Any]:
    found = {"REMOTE_ADDR": peer}
    return found if forwarded is None else {**found, "HTTP_X_FORWARDED_FOR": forwarded}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, PROXY),
        (0, "1.2.3.4", PROXY),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.8", "1.2.3.4"),
        (2, "1.2.3.4", PROXY),
        (1, None, PROXY),
        (1, "unknown", PROXY),
        (1, "6.6.6.6,", PROXY),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "1.2.3.4:56789", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4:56789", "1.2.3.4"),
        (1, " \t1.2.3.4 ", "1.2.3.4"),
        (1, '"1.2.3.4"', "1.2.3.4"),
        (1, '"1.2.3.4:56789"', "1.2.3.4"),
        (1, "001.002.003.004", "1.2.3.4"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, '"[2001:db8::1]:443"', "2001:db8::1"),
        (1, 'for="[2001:db8::1]:443"', "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "[fe80::1%25eth0]:80", "fe80::1"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
        (1, "::FFFF:102:304", "1.2.3.4"),
        (1, "[::ffff:1.2.3.4]:80", "1.2.3.4"),
        (1, "::1.2.3.4", "1.2.3.4"),
        (1, "64:ff9b::1.2.3.4", "1.2.3.4"),
        (1, "::1", "::1"),
    ],
)
def test_what_is_believed_of_forwarded_addresses(
    proxies: int, forwarded: str | None, address: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address(meta(forwarded)) == address
    if address != PROXY:
        assert counted_networks(meta(forwarded)) == networks_of(address)


@pytest.mark.parametrize(
    "forwarded",
    ["unknown", "_hidden", "-", "1.2.3.4:", "1.2.3", "1.2.3.4.5", "999.1.1.1", "[::1", "6.6.6.6,",
     "x" * 1000, "1.2.3.4 5.6.7.8", "2001:db8::1:::", "\u0661.2.3.4"],
)  # fmt: skip
def test_what_names_no_address_is_counted_apart_from_all_that_do(
    forwarded: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    assert counted_networks(meta(forwarded)) == ("unreadable by 10.0.0.9",)
    assert client_address(meta(forwarded)) == PROXY


@pytest.mark.parametrize(
    ("peer", "address"), [("::ffff:1.2.3.4", "1.2.3.4"), ("FE80::1%lo", "fe80::1"), ("", "")]
)
def test_the_connections_own_has_the_same_form(peer: str, address: str) -> None:
    assert client_address(meta(None, peer)) == address


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("10.0.0.9", ("10.0.0.9", "10.0.0.0/24")),
        ("2001:db8:1:2:3::4", ("2001:db8:1:2::", "2001:db8:1::/48", "2001:db8::/32")),
        ("::ffff:10.0.0.9", ("10.0.0.9", "10.0.0.0/24")),
        ("", ("",)),
    ],
)
def test_the_networks_that_an_address_is_counted_by(
    address: str, networks: tuple[str, ...]
) -> None:
    assert networks_of(address) == networks
    assert network_of(address) == networks[0]
