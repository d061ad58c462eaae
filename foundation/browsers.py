"""What a browser calls itself, in words: “Firefox on Windows”."""

from __future__ import annotations

# A name comes before those whose word it carries as well: Edge says Chrome, Chrome says Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
UNKNOWN = "Unknown browser"


def called(user_agent: str) -> str:
    """Return the browser and its system by name; what does not say so is an unknown browser.

    It is what the program says of itself, and any program can say anything.
    """
    if not user_agent.startswith("Mozilla/"):
        return UNKNOWN
    browser = _first(BROWSERS, user_agent)
    if not browser:
        return UNKNOWN
    system = _first(SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for word, name in names if word in user_agent), "")
