"""Windows of a schedule: which are the same, and in what order they are given."""

import re

from memory.policy.shapes import JSON
from memory.policy.spelling import form, normal_form

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_INDEXES = {name: index for index, day in enumerate(_DAYS) for name in (day, day[:3])}
_DIGITS = re.compile(r"\d+")


class Windows:
    """The windows stated so far; exact duplicates become one, overlaps stay."""

    def __init__(self) -> None:
        self._windows: dict[str, JSON] = {}

    def add(self, window: JSON) -> None:
        """Take a window in; where it was said before, the spelling given now stands."""
        self._windows[form(window)] = window

    def in_order(self) -> list[JSON]:
        """Return the windows by day of week, start and end, their strings trimmed.

        What is no object is kept as it was said, after the windows.
        """
        ordered = sorted(self._windows.items(), key=_rank)
        return [_trimmed(window) if isinstance(window, dict) else window for _, window in ordered]


def _rank(entry: tuple[str, JSON]) -> tuple[object, ...]:
    text, window = entry
    if not isinstance(window, dict):
        return (1, text)
    day = window.get("day")
    index = _INDEXES.get(normal_form(day), len(_DAYS)) if isinstance(day, str) else len(_DAYS)
    return (0, index, _moment(window.get("start")), _moment(window.get("end")), text)


def _moment(value: JSON) -> tuple[int, float, str]:
    """Put numbers before strings and strings before anything else; "9:00" before "10:00"."""
    if isinstance(value, str):
        return (1, 0, _DIGITS.sub(lambda digits: digits[0].zfill(4), normal_form(value)))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (0, value, "")
    return (2, 0, "")


def _trimmed(value: JSON) -> JSON:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: _trimmed(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return value
