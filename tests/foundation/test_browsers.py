"""A browser is called by its name, and one that is not known is called so."""

from __future__ import annotations

import pytest

from foundation.browsers import UNKNOWN, called

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S918B)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Windows",
        ),
        (f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        (f"{MAC} {WEBKIT} Version/17.5 Safari/605.1.15", "Safari on macOS"),
        (f"{MAC} {WEBKIT} Chrome/126.0.0.0 Safari/537.36 OPR/111.0", "Opera on macOS"),
        (f"{ANDROID} {WEBKIT} Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{ANDROID} {WEBKIT} SamsungBrowser/25.0 Chrome/121", "Samsung Internet on Android"),
        (f"{PHONE} {WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{PHONE} {WEBKIT} CriOS/126.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/126.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Haiku) Firefox/128.0", "Firefox"),
        ("curl/8.5.0", UNKNOWN),
        ("Mozilla/5.0 (compatible; something)", UNKNOWN),
        ("<script>Firefox/1</script>", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_what_it_is_called(user_agent: str, name: str) -> None:
    assert called(user_agent) == name
