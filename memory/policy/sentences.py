"""A summary in plain sentences that an application can put before a model.

What was stored is data: whatever it says, it stands as one short value of one sentence.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from memory.policy.amounts import NUMBER_KEYS, NUMBERS, PERIODS, UNIT_KEYS, read_amount
from memory.policy.characters import without_invisible
from memory.policy.limits import read_flag, rules_of
from memory.policy.shapes import JSON
from memory.policy.spelling import normal_form, words
from memory.policy.vocabulary import Scope, Source
from memory.policy.windows import ZONES, is_window

NOTHING = "Nothing is known of the user."
LONGEST_TEXT = 6000
_LONGEST_VALUE = 80
_LONGEST_BARE = 30
_MOST_ITEMS = 100

# One word that stands without quotes; a mark between digits does not end a sentence.
_WORD = r"(?:[^\W_]|[$€£¥%°+'_-]|(?<=\d)[.,:](?=\d)|(?<=\w)/(?=\w))+"
_BARE = re.compile(rf"{_WORD}(?: {_WORD}){{0,2}}")
_QUOTES = re.compile(
    '["\u00ab\u00bb\u02ba\u02ee\u05f4\u201c-\u201f\u2033\u2036\u301d-\u301f\uff02]'
)
# What speaks to a model, or as these sentences do, is quoted, however short.
_TELLING = words(
    "ignore disregard forget override system assistant developer instruction instructions prompt"
    " user guess said must allowed required avoid only likes dislikes"
)
_NAMES: Mapping[str, str] = MappingProxyType(
    {"likes": "Likes", "dislikes": "Dislikes", "rules": "Must", "windows": "Times"}
)
_GUESSED = frozenset({Source.INFERRED})
_NOT_BY_USER = frozenset({Source.INFERRED, Source.SYSTEM})


@dataclass(frozen=True, slots=True)
class Known:
    """A value of the summary, whose words it is, and what the user last said if not that."""

    key: str
    value: JSON
    sources: set[str]
    users: JSON


@dataclass(frozen=True, slots=True)
class Guess:
    """A part of a value that is a guess, where others are not."""

    value: JSON


def describe(
    scope: Scope, lists: Iterable[tuple[str, Sequence[tuple[JSON, str]]]], settings: Iterable[Known]
) -> str:
    """Return sentences for the lists and the settings of a summary, at most LONGEST_TEXT long."""
    told = [_list(name, items) for name, items in lists if items]
    told += [_setting(known, restrict=scope is Scope.CONSTRAINTS) for known in settings]
    text: list[str] = []
    room = LONGEST_TEXT
    for number, sentence in enumerate(told):
        room -= len(sentence) + 1
        if room < len(_LEFT_OUT):
            text.append(_LEFT_OUT.format(len(told) - number))
            break
        text.append(sentence)
    return " ".join(text) or NOTHING


_LEFT_OUT = "{} more are left out here."


def quoted(text: str) -> str:
    """Return stored text as a value in a sentence: on one line, short, in quotes unless plain."""
    flat = without_invisible(text)
    flat = " ".join("".join(mark if mark.isprintable() else " " for mark in flat).split())
    if len(flat) > _LONGEST_VALUE:
        flat = f"{flat[: _LONGEST_VALUE - 1]}…"
    is_plain = len(flat) <= _LONGEST_BARE and _BARE.fullmatch(flat)
    if is_plain and _TELLING.isdisjoint(re.split(r"[\W_]+", normal_form(flat))):
        return flat
    inner = _QUOTES.sub("'", flat)
    return f'"{inner}"'


def _list(name: str, items: Sequence[tuple[JSON, str]]) -> str:
    told = [_value(Guess(item) if by in _GUESSED else item) for item, by in items]
    return f"{_NAMES[name]}: {_listed(told)}."


def _listed(told: Sequence[str]) -> str:
    more = len(told) - _MOST_ITEMS
    shown = ", ".join(told[:_MOST_ITEMS])
    return f"{shown}, and {more} more" if more > 0 else shown or "none"


def _setting(known: Known, *, restrict: bool) -> str:
    told = _restricted(known.key, known.value) if restrict else None
    told = told or f"{_name(known.key)}: {_value(known.value)}"
    if known.sources <= _GUESSED:
        told += ", a guess"
    elif known.sources <= _NOT_BY_USER:
        told += ", set by the system"
    if known.users is not None:
        told += f"; the user last said {_value(known.users)}"
    return f"{told}."


def _restricted(key: str, value: JSON) -> str | None:
    """Tell a constraint by its rule; None where it has none that can read the value."""
    verb, _, rest = key.partition("_")
    flag = read_flag(value)
    if flag is not None and rest and (verb, flag) in _FLAGS:
        return f"{_FLAGS[verb, flag]} {_text(rest)}"
    if isinstance(value, list) and rest and verb in _LISTS:
        return f"{_LISTS[verb]} {_text(rest)}: {_listed(list(map(_value, value)))}"
    for rule in rules_of(key):
        if rule.bounds and rule.read(value) is not None:
            bound = "at least" if rule.lower else "at most"
            told = _object(value, sorted(NUMBER_KEYS)) if isinstance(value, dict) else _value(value)
            return f"{_name(_ENDS.sub('', key) or key)} {bound} {told}"
    return None


_ENDS = re.compile(r"^(?:max|min|maximum|minimum)_|_(?:max|min|maximum|minimum)$")
_FLAGS = {
    ("allow", True): "Allowed:",
    ("allow", False): "Not allowed:",
    ("can", True): "Can:",
    ("can", False): "Cannot:",
    ("no", True): "No",
    ("require", True): "Required:",
    ("avoid", True): "Avoid:",
}
_LISTS = {"allowed": "Only allowed", "blocked": "Blocked", "excluded": "Excluded", "avoid": "Avoid"}


def _name(key: str) -> str:
    text = _text(key)
    return text[:1].upper() + text[1:]


def _text(key: str) -> str:
    return quoted(key.replace("_", " "))


def _value(value: JSON) -> str:
    """Return a value as part of a sentence."""
    if isinstance(value, Guess):
        return f"{_inner(value.value)} (a guess)"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "nothing"}[value]
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return _listed([_inner(item) for item in value])
    if isinstance(value, dict):
        return _object(value)
    return str(value)


def _inner(value: JSON) -> str:
    text = _value(value)
    return f"({text})" if isinstance(value, (dict, list)) and "," in text else text


def _object(value: Mapping[str, JSON], numbers: Collection[str] = ()) -> str:
    """Tell an object, an amount in it first; `numbers` are the keys that may name its number."""
    left = dict(value)
    told: list[str] = []
    if is_window(value):
        told.append(_window(left))
    elif numbers or read_amount(value):
        told += _amount(left, numbers or NUMBERS)
    told += [f"{_text(key)} {_inner(item)}" for key, item in left.items()]
    return _listed(told)


def _amount(left: dict[str, JSON], numbers: Collection[str]) -> list[str]:
    """Take the number, its unit and its period out of an object and tell them."""
    number, unit, period = (
        next((left.pop(key) for key in keys if key in left), None)
        for keys in (numbers, UNIT_KEYS, PERIODS)
    )
    if number is None:
        return []
    told = _value(number) + (f" {_value(unit)}" if unit else "")
    return [told + (f" per {_value(period)}" if period else "")]


def _window(left: dict[str, JSON]) -> str:
    """Take the days, times and time zone out of a window and tell them."""
    parts = [left.pop(key, None) for key in ("day", "days")]
    told = [_value(part) for part in parts if part]
    for name, keys in (("from", _STARTS), ("to", _STOPS)):
        said = [left.pop(key) for key in keys if key in left]
        told += [f"{name} {_value(part)}" for part in said]
    zone = [left.pop(key) for key in ZONES if key in left]
    return " ".join(told) + "".join(f" ({_value(part)})" for part in zone)


_STARTS = ("start", "from", "start_time", "begin")
_STOPS = ("end", "to", "end_time")
