"""Amounts with their units, however they are written: 50, "$50", "50 EUR", "5 km per week"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from memory.policy.spelling import normal_form

# Each line: what it is reduced to, how many of that it is, and its names.
_UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        name: (base, factor)
        for base, factor, names in (
            ("usd", 1, "$ us$ usd dollar dollars buck bucks"),
            ("eur", 1, "€ eur euro euros"),
            ("gbp", 1, "£ gbp"),
            ("jpy", 1, "¥ jpy yen 円"),
            ("inr", 1, "₹ inr rupee rupees"),
            ("krw", 1, "₩ krw won"),
            ("chf", 1, "chf franken"),
            ("pln", 1, "zł pln zloty"),
            ("m", 0.001, "mm millimeter millimeters millimetre millimetres"),
            ("m", 0.01, "cm centimeter centimeters centimetre centimetres"),
            ("m", 1, "m meter meters metre metres"),
            ("m", 1000, "km kilometer kilometers kilometre kilometres"),
            ("m", 1609.344, "mi mile miles"),
            ("m", 0.3048, "ft foot feet"),
            ("g", 1, "g gram grams"),
            ("g", 1000, "kg kilo kilos kilogram kilograms"),
            ("g", 453.59237, "lb lbs pound pounds"),
            ("g", 28.349523125, "oz ounce ounces"),
            ("ml", 1, "ml milliliter milliliters millilitre millilitres"),
            ("ml", 1000, "l liter liters litre litres"),
            ("second", 1, "s sec secs second seconds"),
            ("second", 60, "min mins minute minutes"),
            ("second", 3600, "h hr hrs hour hours"),
            ("second", 86400, "d day days"),
            ("second", 604800, "w wk week weeks"),
            ("kcal", 1, "kcal cal calorie calories"),
            ("percent", 1, "% percent"),
            ("c", 1, "c °c celsius"),
            ("f", 1, "f °f fahrenheit"),
        )
        for name in names.split()
    }
)
_NUMBER = r"(?P<number>\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?)(?P<thousand>k(?!\w))?"
_BEFORE = (
    r"(?:[<>\u2264\u2265]=? ?"
    r"|(?:max|maximum|min|minimum|at most|at least|up to|under|below|over|from|less than|"
    r"more than|no more than|not more than|no less than|bis|bis zu|höchstens|mindestens)\.? )?"
)
_AFTER = r"(?: (?:max|maximum|min|minimum|at most|at least|or less|or more|tops))?"
_SYMBOL = "[$€£¥₹₩]"
_UNIT = r"(?:[^\W\d_]|[$€£¥₹₩%°])"
_TEXT = re.compile(
    rf"{_BEFORE}(?P<sign>[-+]?)(?P<before>{_SYMBOL}{{1,3}}|[a-z]{{3}} ?|us\$)? ?{_NUMBER}"
    rf" ?(?P<after>{_UNIT}{{1,20}})?(?:(?: ?/ ?| (?:per|a|an|each|pro) )(?P<period>\w{{1,20}}))?"
    rf"{_AFTER}"
)
_MEASURED = frozenset({"m", "g", "ml", "second"})
_PERIOD_NAMES = MappingProxyType(
    {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year"}
)
NUMBERS = ("amount", "value")
NUMBER_KEYS = frozenset({*NUMBERS, "min", "minimum", "max", "maximum", "limit", "cap"})
_BOUNDS = ("min", "minimum", "max", "maximum")
CURRENCY_KEYS = ("currency", "currency_code")
UNIT_KEYS = (*CURRENCY_KEYS, "unit", "units")
PERIODS = ("period", "per", "interval", "frequency")
# What an object holds that says how much of something there may be.
_OF_AN_AMOUNT = NUMBER_KEYS.union(UNIT_KEYS, PERIODS)
_LONGEST = 100
_MOST_KEYS = 12


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and what it counts; what is None was not said, and may be anything."""

    number: float
    unit: tuple[str, float] | None = None
    period: str | None = None

    def comparable(self, other: "Amount") -> tuple[float, float] | None:
        """Return two numbers that compare as the two amounts do; None if nobody can tell."""
        if None not in (self.period, other.period) and self.period != other.period:
            return None
        if self.unit is None or other.unit is None or self.unit == other.unit:
            return self.number, other.number
        if self.unit[0] != other.unit[0]:
            return None
        return self.number * self.unit[1], other.number * other.unit[1]


@dataclass(frozen=True, slots=True)
class Priced:
    """A number whose unit stood beside it in its object, under the key `unit_key`."""

    number: Any
    unit_key: str
    unit: str

    def explicit(self) -> dict[str, Any]:
        """Return the amount as an object of its own."""
        key = "unit" if self.unit_key.endswith(("unit", "units")) else "currency"
        return {"amount": self.number, key: self.unit}


def read_amount(value: Any, *bounds: str) -> Amount | None:
    """Return the amount that a value of an opened object means; None if it means none.

    An object may name its number as one of `bounds`, too: `{"max": 30}` is an upper bound.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return Amount(value)
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, Priced):
        number = read_amount(value.number)
        return number and Amount(number.number, _unit(value.unit), number.period)
    if isinstance(value, dict):
        return _read_object(value, (*NUMBERS, *bounds))
    return None


def unit_in(key: str) -> tuple[str, float] | None:
    """Return the unit that a key names for its bare numbers: `max_delivery_minutes`."""
    parts = key.split("_")
    for before, part in zip(["", *parts], parts, strict=False):
        unit = _UNITS.get(part) if len(part) > 1 and part != "min" and before != "per" else None
        if unit and unit[0] in _MEASURED:
            return unit
    return None


def _read_text(text: str) -> Amount | None:
    if len(text) > _LONGEST:
        return None
    found = _TEXT.fullmatch(normal_form(text))
    if not found or (found["before"] and found["after"]):
        return None
    number = _number(found["number"])
    if number is None:
        return None
    if found["sign"] == "-":
        number = -number
    if found["thousand"]:
        number *= 1000
    unit, period = found["before"] or found["after"], found["period"]
    return Amount(number, _unit(unit) if unit else None, _period(period) if period else None)


def _number(text: str) -> float | None:
    """Read digits by either custom; "1.250" could be either and is none."""
    text = text.replace("'", "").replace(" ", "")
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0:
        whole, mark, rest = text[:last], text[last], text[last + 1 :]
        other = "," if mark == "." else "."
        if mark in whole:  # 1.250.000
            text = text.replace(mark, "") if other not in text else ""
        elif len(rest) == 3 and other not in whole:
            text = whole + rest if mark == "," else ""
        else:
            text = f"{whole.replace(other, '')}.{rest}"
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def _unit(text: str) -> tuple[str, float]:
    name = normal_form(text).rstrip(".")
    return _UNITS.get(name) or (_singular(name), 1)


def _counts(value: Any) -> bool:
    return isinstance(value, (int, float, dict)) and not isinstance(value, bool)


def belongs_to_a_number(key: str) -> bool:
    """Say whether a key of an object says what its number counts."""
    return key in _OF_AN_AMOUNT


def is_measure(value: Mapping[str, Any]) -> bool:
    """Say whether an object holds nothing but an amount or a range."""
    return not value.keys().isdisjoint(NUMBER_KEYS) and value.keys() <= _OF_AN_AMOUNT


def _period(text: str) -> str:
    name = _singular(normal_form(text))
    return _PERIOD_NAMES.get(name, name)


def _singular(name: str) -> str:
    return name[:-1] if len(name) > 3 and name.endswith("s") else name


def _read_object(value: Mapping[str, Any], names: tuple[str, ...]) -> Amount | None:
    """Read `{"amount": 50, "currency": "EUR"}`, also with a period.

    A range is no amount, nor are numbers of several things.
    """
    numbers = [key for key in names if key in value]
    if len(numbers) != 1 or len(value) > _MOST_KEYS:
        return None
    if any(key in value and key not in names for key in _BOUNDS):
        return None
    if any(_counts(item) for key, item in value.items() if key not in _OF_AN_AMOUNT):
        return None
    amount = read_amount(value[numbers[0]])
    if amount is None:
        return None
    unit = next((value[key] for key in UNIT_KEYS if isinstance(value.get(key), str)), None)
    period = next((value[key] for key in PERIODS if isinstance(value.get(key), str)), None)
    return Amount(
        amount.number,
        _unit(unit) if unit else amount.unit,
        _period(period) if period else amount.period,
    )
