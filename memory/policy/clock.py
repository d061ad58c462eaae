"""Days of the week and times of day, whatever they are called."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from memory.policy.spelling import normal_form

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# English, German, French, Spanish, Portuguese, Italian, Dutch, Japanese and Chinese. A name that
# means one day here and another there ("di", "do", "ma") is not in it.
_NAMES = (
    "monday mon mo montag lundi lun lu lunes segunda segunda-feira seg lunedì lunedi maandag 月曜日"
    " 月曜 月 星期一 周一 週一",
    "tuesday tue tues tu dienstag mardi mar martes terça terça-feira terca ter martedì martedi"
    " dinsdag 火曜日 火曜 火 星期二 周二 週二",
    "wednesday wed weds we mittwoch mi mercredi mer miércoles miercoles mie mié quarta quarta-feira"
    " qua mercoledì mercoledi woensdag 水曜日 水曜 水 星期三 周三 週三",
    "thursday thu thur thurs th donnerstag jeudi jeu jueves jue quinta quinta-feira qui giovedì"
    " giovedi gio donderdag 木曜日 木曜 木 星期四 周四 週四",
    "friday fri fr freitag vendredi ven viernes vie sexta sexta-feira sex venerdì venerdi vrijdag"
    " 金曜日 金曜 金 星期五 周五 週五",
    "saturday sat sa samstag sonnabend samedi sam sábado sabado sáb sab sabato zaterdag 土曜日 土曜"
    " 土 星期六 周六 週六",
    "sunday sun su sonntag so dimanche dim domingo dom domenica zondag 日曜日 日曜 日 星期日 星期天"
    " 周日 週日",
)
_INDEXES: Mapping[str, int] = MappingProxyType(
    {
        form: index
        for index, names in enumerate(_NAMES)
        for name in names.split()
        for form in ((normal_form(name), f"{name}s") if len(name) > 4 else (normal_form(name),))
    }
)
_HALVES = r"(?P<half>[ap])\.?m\.?(?!\w)"
_TIME = re.compile(
    rf"(?<![\w:.])(?P<hour>\d{{1,2}})"
    rf"(?:(?:[:h.](?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?(?![\d:]))?"
    rf"(?: ?(?:{_HALVES}|(?P<clock>uhr|h|o'clock)(?!\w)))?)"
)
_WORD = re.compile(r"[^\W\d_]+(?:-feira)?\.?")
_FOUR_DIGITS = re.compile(r"(?:[01][0-9]|2[0-4])[0-5][0-9]")
_NOON = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}


def day_index(text: str) -> int | None:
    """Return 0 for a name of Monday to 6 for one of Sunday; None for anything else."""
    return _INDEXES.get(normal_form(text).rstrip("."))


def canonical(text: str) -> str:
    """Return the same text for the same days and times: "Mon 1:30 PM" gives "monday 13:30"."""
    text = normal_form(text)
    if is_on_the_clock(text):
        return text
    if (index := _INDEXES.get(text)) is not None:
        return DAYS[index]
    if _FOUR_DIGITS.fullmatch(text):
        text = f"{text[:2]}:{text[2:]}"
    return _NOON.get(text) or _WORD.sub(_day, _TIME.sub(_time, text))


def is_on_the_clock(text: str) -> bool:
    """Say whether a text is a time as `canonical` writes it, the way most are said: "09:30"."""
    return len(text) == 5 and text[2] == ":" and text.isascii() and (text[:2] + text[3:]).isdigit()


def holds_time(text: str) -> bool:
    """Say whether a text names a time of day."""
    text = normal_form(text)
    return text in _NOON or any(
        _time(found) != found[0] or ":" in found[0] for found in _TIME.finditer(text)
    )


def _day(found: re.Match[str]) -> str:
    index = _INDEXES.get(found[0].rstrip("."))
    return found[0] if index is None else DAYS[index]


def _time(found: re.Match[str]) -> str:
    """Return a time as 24 hours and minutes; a number that is no time of day stays as it is."""
    hour, half = int(found["hour"]), found["half"]
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    told = found["minute"] is not None or half or found["clock"]
    if not told or hour > (12 if half else 24) or minute > 59 or (half and not hour):
        return found[0]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    seconds = f":{second:02}" if second else ""
    return f"{hour:02}:{minute:02}{seconds}"
