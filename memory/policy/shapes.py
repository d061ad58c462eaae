"""What a memory's value may look like, and the one spelling of its keys."""

import math
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

from memory.policy.characters import normalize, without_invisible

# dict, list, str, int, float, bool or None, as a JSON reader gives them.
JSON: TypeAlias = Any

MAX_DEPTH = 8
# Beyond this a reader that holds numbers as doubles, as JavaScript does, sees another integer.
MAX_INTEGER = 2**53 - 1
# Longer keys are rare; keeping them would let a few callers fill the cache with their text.
LONGEST_CACHED_KEY = 64
LONGEST_TOLD_KEY = 64  # characters

_ONLY_STRINGS = frozenset({str})
WINDOW_KEYS = frozenset({"start", "end", "day"})


class Shape(StrEnum):
    """The shapes a value may have, in the order in which they are tried."""

    LIKES_DISLIKES = "likes_dislikes"
    BOOLEAN_FLAGS = "boolean_flags"
    SCHEDULE_WINDOWS = "schedule_windows"
    ATTENTION_SETTINGS = "attention_settings"
    RULES_LIST = "rules_list"
    KV_MAP = "kv_map"


class InvalidValue(ValueError):
    """A value that is not stored; the message is a sentence for the person who sent it."""


class DisputedNumber(InvalidValue):
    """A number that a double does not hold as it was said."""


NO_SHAPE = "value_json does not match any allowed shape"
TOO_DEEP = f"value_json is nested more than {MAX_DEPTH} levels deep"
NOT_FINITE = "value_json holds a number that is not finite"
DISPUTED_NUMBER = "value_json holds a number that JSON readers disagree on"
HOLDS_NUL = "value_json holds a NUL character"
LONE_SURROGATE = "value_json holds a lone surrogate, which is not a character"


def check(value: object) -> Shape:
    """Return the shape of a value that may be stored; raise InvalidValue for any other."""
    try:
        _check_parts(value, depth=1)
    except DisputedNumber:
        path = _path_to_disputed(value)
        raise InvalidValue(f"{DISPUTED_NUMBER}, at {path}: send it as a string") from None
    shape: Shape | None = None
    if isinstance(value, dict):
        shape = _shape_of_object({snake_case(key): item for key, item in value.items()})
    elif isinstance(value, list):
        shape = _shape_of_array(value)
    if shape is None:
        raise InvalidValue(NO_SHAPE)
    return shape


def is_strings(value: object) -> bool:
    """Say whether a value is a list of nothing but strings; the empty list is one."""
    # JSON readers give exact types, and comparing sets of them beats a loop.
    return isinstance(value, list) and _ONLY_STRINGS.issuperset(map(type, value))


def _shape_of_object(value: Mapping[str, JSON]) -> Shape:
    sides = [value[side] for side in ("likes", "dislikes") if side in value]
    if sides and all(map(is_strings, sides)):
        return Shape.LIKES_DISLIKES
    if all(isinstance(item, bool) for item in value.values()):
        return Shape.BOOLEAN_FLAGS
    if "windows" in value or "time_slots" in value:
        return Shape.SCHEDULE_WINDOWS
    if "focus_mode" in value or "do_not_disturb" in value:
        return Shape.ATTENTION_SETTINGS
    if is_strings(value.get("rules")):
        return Shape.RULES_LIST
    return Shape.KV_MAP


def _shape_of_array(value: list[JSON]) -> Shape | None:
    if not value:
        return None
    if all(
        isinstance(item, dict) and not WINDOW_KEYS.isdisjoint(map(snake_case, item))
        for item in value
    ):
        return Shape.SCHEDULE_WINDOWS
    return Shape.RULES_LIST if is_strings(value) else None


def _check_parts(value: object, *, depth: int) -> None:
    """Refuse what cannot be stored and read back the same, at whatever depth it stands.

    Nothing below MAX_DEPTH is entered, so no input can exhaust the stack.
    """
    if isinstance(value, str):
        _check_text(value)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, (int, float)):
        if _is_disputed(value):
            raise DisputedNumber
        if not math.isfinite(value):
            raise InvalidValue(NOT_FINITE)
    elif not isinstance(value, (dict, list)):
        raise InvalidValue(NO_SHAPE)
    elif depth > MAX_DEPTH:
        raise InvalidValue(TOO_DEEP)
    elif isinstance(value, list):
        for item in value:
            _check_parts(item, depth=depth + 1)
    else:
        for key, item in value.items():
            _check_text(key)
            _check_parts(item, depth=depth + 1)


def _is_disputed(number: float) -> bool:
    """Say whether readers that hold numbers as doubles see another one than was said.

    The reader of JSON gives a float of a type of its own where that differs from the text.
    """
    if isinstance(number, int):
        return not -MAX_INTEGER <= number <= MAX_INTEGER
    return type(number) is not float


def _path_to_disputed(value: object) -> str | None:
    """Return where the first disputed number stands, e.g. `value_json.limits[2]`.

    Of a long key only the beginning is told.
    """
    waiting: list[tuple[str, object]] = [("value_json", value)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, dict):
            waiting += [(f"{path}.{_beginning(key)}", item) for key, item in reversed(part.items())]
        elif isinstance(part, list):
            waiting += [(f"{path}[{at}]", part[at]) for at in reversed(range(len(part)))]
        elif not isinstance(part, bool) and isinstance(part, (int, float)) and _is_disputed(part):
            return path
    return None


def _beginning(key: str) -> str:
    return key if len(key) <= LONGEST_TOLD_KEY else f"{key[:LONGEST_TOLD_KEY]}…"


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise InvalidValue(NO_SHAPE)
    if "\0" in text:
        raise InvalidValue(HOLDS_NUL)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidValue(LONE_SURROGATE) from None


def snake_case(key: str) -> str:
    """Return the spelling under which a key is compared: `FavoriteFood` gives `favorite_food`.

    Words are parted by white space, dashes, underscores and humps (`HTTPServer`: `http_server`)
    and by nothing else: `C++` and `C#` stay two keys. Characters that nobody sees do not count.
    """
    return _cached_snake_case(key) if len(key) <= LONGEST_CACHED_KEY else _snake_case(key)


def _snake_case(key: str) -> str:
    key = without_invisible(key) or key
    spaced = "".join(" " if _parts_words(letter) else letter for letter in key)
    parted = " ".join(_part_humps(normalize("NFC", word)) for word in spaced.split())
    # Small letters can be unfinished pairs where capitals were not: hence NFC once more.
    return "_".join(normalize("NFC", word) for word in parted.lower().split()) or key


_cached_snake_case = lru_cache(maxsize=4096)(_snake_case)


def _parts_words(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in {"Pd", "Pc"}


def _part_humps(word: str) -> str:
    # Not isupper(): some capitals have no small letter, and would be a hump again next time.
    capitals = [letter != letter.lower() for letter in word]
    parts = [word[:1]]
    for position in range(1, len(word)):
        if capitals[position] and word[position - 1].isalnum():
            after_acronym = capitals[position - 1]
            if not after_acronym or word[position + 1 : position + 2].islower():
                parts.append(" ")
        parts.append(word[position])
    return "".join(parts)
