"""Whether an answer has the shape of one that the documentation shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

MORE = "…"
# How the texts shorten an answer, and what it is read as here.
SHORTENED = (
    (re.compile(r"\[\s*…\s*\]"), f'["{MORE}"]'),
    (re.compile(r"\{\s*…\s*\}"), f'{{"{MORE}":0}}'),
    (re.compile(r",\s*…\s*(?=\])"), f',"{MORE}"'),
    (re.compile(r",\s*…\s*(?=\})"), f',"{MORE}":0'),
)
KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "text",
    type(None): "null",
    list: "list",
    dict: "object",
}


def shown(text: str) -> Any:
    """Return an answer as the documentation shows it, where it is shortened, too."""
    for pattern, written in SHORTENED:
        text = pattern.sub(written, text)
    return json.loads(text)


def differences(shown: Any, answered: Any, path: str = "") -> Iterator[str]:
    """Yield in what the two differ: fields, and kinds of values."""
    if shown == MORE or path.endswith(".value_json"):  # what was stored is a reader's own
        return
    if {KINDS[type(shown)], KINDS[type(answered)]} == {"null", "text"}:  # a time, or none yet
        return
    if KINDS[type(shown)] != KINDS[type(answered)]:
        yield f"{path}: shown is {shown!r}, answered was {answered!r}"
    elif isinstance(shown, dict):
        more = MORE in shown
        for name in (shown.keys() - {MORE}) | (set() if more else answered.keys()):
            if name not in shown or name not in answered:
                yield f"{path}.{name} is only {'shown' if name in shown else 'answered'}"
            else:
                yield from differences(shown[name], answered[name], f"{path}.{name}")
    elif isinstance(shown, list) and answered:
        for number, one in enumerate(shown):
            other = answered[number] if len(shown) == len(answered) else answered[0]
            yield from differences(one, other, f"{path}[]")
