"""Windows of a schedule: which are the same, on which days they are, and in what order."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from memory.policy.clock import DAYS, canonical, day_index, holds_time, is_on_the_clock
from memory.policy.shapes import JSON
from memory.policy.spelling import form, normal_form

# Pairs of names for the two ends of a window; one word means the other pair's.
_ENDS = (("start", "end"), ("from", "to"), ("start_time", "end_time"), ("begin", "end"))
_START: Mapping[str, str] = MappingProxyType({start: "start" for start, _ in _ENDS})
_END: Mapping[str, str] = MappingProxyType({end: "end" for _, end in _ENDS})
_NAMES = {**_START, **_END}
TIMES = frozenset(_NAMES)
ZONES = ("timezone", "time_zone", "tz")
_NO_DAY: frozenset[object] = frozenset({None})
_DIGITS = re.compile(r"\d+")


_WINDOW = TIMES | {"day", "days"}


def is_window(value: Any) -> bool:
    """Say whether an object begins or ends at a time, or is on a day."""
    return isinstance(value, dict) and not value.keys().isdisjoint(_WINDOW)


def holds_windows(value: Any) -> bool:
    """Say whether something is one window, written as an object or as a text."""
    return is_window(value) or (isinstance(value, str) and holds_time(value))


def new_names(window: Mapping[str, Any], like: Mapping[str, Any]) -> dict[str, str]:
    """Return which keys of a window to rename so that its ends are called as another's."""
    for start, end in _ENDS:
        if start in like or (end in like and end != "end"):
            names = {"start": start, "end": end}
            called = {key: names[name] for key, name in _NAMES.items() if key in window}
            return {
                key: name for key, name in called.items() if key not in like and name not in window
            }
    return {}


def window_form(window: Mapping[str, JSON]) -> str:
    """Return the same text for two objects that are the same, or one window in two spellings."""
    if _WINDOW.isdisjoint(window):
        return form(window)
    alike: dict[str, JSON] = {}
    for key, value in window.items():
        if key in _NAMES:
            name = _NAMES[key]
            alike[key if name in window else name] = _canonical(value)
        elif key == "day":
            alike[key] = _canonical(value)
        elif key == "days" and isinstance(value, list):
            alike[key] = sorted(map(form, map(_canonical, value)))
        else:
            alike[key] = value
    return form(alike)


def _canonical(value: JSON) -> JSON:
    return canonical(value) if isinstance(value, str) else value


def days_of(window: JSON) -> frozenset[object]:
    """Return the days that a window is on: 0 to 6, other words as they are; None for no day."""
    if isinstance(window, str):
        words = canonical(window).split()
        return frozenset(DAYS.index(word) for word in words if word in DAYS) or _NO_DAY
    if not isinstance(window, dict):
        return _NO_DAY
    days = [window.get("day"), *_listed(window.get("days")), *_listed(window.get("day"))]
    return frozenset(_day(day) for day in days if isinstance(day, (str, int))) or _NO_DAY


def without_days(window: JSON, days: Collection[object]) -> JSON | None:
    """Return what is left of a window without some days; None if nothing is."""
    on = days_of(window)
    if on.isdisjoint(days):
        return window
    if on.issubset(days) or not isinstance(window, dict):
        return None
    return {
        key: [day for day in value if _day(day) not in days]
        if key in ("day", "days") and isinstance(value, list)
        else value
        for key, value in window.items()
    }


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _day(day: JSON) -> object:
    if not isinstance(day, str):
        return form(day)
    index = day_index(day)
    return normal_form(day) if index is None else index


def rank(window: Mapping[str, JSON], text: str) -> tuple[object, ...]:
    """Return where a window stands among others: by day of week, start and end, then its form."""
    day = window.get("day", window.get("days"))
    if isinstance(day, list):
        day = day[0] if day else None
    index = day_index(day) if isinstance(day, str) else None
    start = next((window[key] for key in _START if key in window), None)
    end = next((window[key] for key in _END if key in window), None)
    return (len(DAYS) if index is None else index, _moment(start), _moment(end), text)


def _moment(value: JSON) -> tuple[int, float, str]:
    """Put numbers before strings and strings before anything else; "9:00" before "10:00"."""
    if isinstance(value, str):
        text = canonical(value)
        if is_on_the_clock(text):
            return (1, 0, f"00{text[:3]}00{text[3:]}")
        return (1, 0, _DIGITS.sub(lambda digits: digits[0].zfill(4), text))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (0, value, "")
    return (2, 0, "")


def trimmed(value: JSON) -> JSON:
    """Return a window with its keys in order and no white space around its strings."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: trimmed(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    return value
