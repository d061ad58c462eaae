"""Asks the database how keys were used before, and lately: what the rule compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import TruncDate

from apikeys.drift.gathering import HOUR, hour_of
from apikeys.drift.rule import BASELINE, Before, Lately, Numbers, Word
from apikeys.models import Flag, KeyHour, KeyWord
from apikeys.usage.periods import DAY, midnight
from foundation import sql

NUMBERS = ("requests", "reads", "denied")
SHARES = """
    SELECT key_id, "of", word, max(share) FROM (
        SELECT key_id, "of", word,
               reads * 1.0 / sum(reads) OVER (PARTITION BY key_id, day, "of") AS share
        FROM apikeys_keyword
        WHERE key_id IN ({keys}) AND day >= %s AND day < %s
    ) AS shares
    GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Span:
    """The moment until which is looked, and the days that it is compared with."""

    at: datetime

    @property
    def yesterday(self) -> date:
        return self.at.astimezone(UTC).date() - DAY

    @property
    def first(self) -> date:
        return self.yesterday - BASELINE

    @property
    def last_hours(self) -> datetime:
        """Return where the hour before the present one begins."""
        return hour_of(self.at) - HOUR


def used_lately(span: Span) -> list[UUID]:
    """Return the keys that did something in the last hours, in rising order."""
    rows = KeyHour.objects.filter(hour__gte=span.last_hours, hour__lte=span.at)
    return sorted(rows.values_list("key_id", flat=True).distinct())


class Baselines:
    """What was usual for each key, asked of the database once a day: it changes with the day.

    The costly part of a turn: four weeks of hours, where the rest looks at hours and days.
    """

    def __init__(self) -> None:
        self._yesterday = date.min
        self._known: dict[UUID, Before] = {}

    def of(self, key_ids: Sequence[UUID], span: Span) -> dict[UUID, Before]:
        """Return it of some keys; of those that were not used in the four weeks too."""
        if span.yesterday != self._yesterday:
            self._yesterday, self._known = span.yesterday, {}
        missing = [key_id for key_id in key_ids if key_id not in self._known]
        found = before(missing, span)
        self._known.update((key_id, found.get(key_id, Before())) for key_id in missing)
        return {key_id: self._known[key_id] for key_id in key_ids}


def before(key_ids: Sequence[UUID], span: Span) -> dict[UUID, Before]:
    """Sum up the four weeks before yesterday, of some keys at once."""
    if not key_ids:
        return {}
    hours = KeyHour.objects.filter(
        key_id__in=key_ids, hour__gte=midnight(span.first), hour__lt=midnight(span.yesterday)
    )
    summed = hours.order_by().values_list("key_id")
    sums = {f"sum_{name}": Sum(name) for name in NUMBERS}
    most = {f"most_{name}": Max(name) for name in NUMBERS}
    since = {
        "first": Min("hour"),
        "days": Count(TruncDate("hour", tzinfo=UTC), distinct=True),
    }
    shares = _shares(key_ids, span)
    found = {}
    for key_id, first, number, *numbers in summed.annotate(**since, **sums, **most):
        found[key_id] = Before(
            known_for=midnight(span.yesterday) - first,
            days=number,
            total=_numbers(numbers[:3]),
            busiest=_numbers(numbers[3:]),
            shares=shares.get(key_id, {}),
        )
    return found


def lately(key_ids: Sequence[UUID], span: Span) -> dict[UUID, Lately]:
    """Sum up the last two hours, and the words of yesterday and today."""
    hours: dict[UUID, list[Numbers]] = {key_id: [] for key_id in key_ids}
    words: dict[UUID, dict[Word, int]] = {key_id: {} for key_id in key_ids}
    rows = KeyHour.objects.filter(key_id__in=key_ids, hour__gte=span.last_hours)
    for key_id, *numbers in rows.values_list("key_id", *NUMBERS):
        hours[key_id].append(_numbers(numbers))
    of_words = KeyWord.objects.filter(key_id__in=key_ids, day__gte=span.yesterday).order_by()
    for key_id, of, word, number in of_words.values_list("key_id", "of", "word").annotate(
        Sum("reads")
    ):
        words[key_id][Word(of, word)] = int(number)
    return {key_id: Lately(hours[key_id], words[key_id]) for key_id in key_ids}


def expecting(before: Before, key_id: UUID, *, at: datetime) -> Before:
    """Return what is usual for a key, with what its owner said to expect in the time it looks at.

    Of a volume or of denials that is what the key did from then until the hour of the answer ended.
    """
    answered = Flag.objects.filter(key_id=key_id, as_expected=True, ended_at__gt=at - _REMEMBERED)
    for flag in answered:
        words = [Word(one["of"], one["word"]) for one in flag.found if one["word"]]
        before = before.expecting(words, _busiest_of(flag))
    return before


_REMEMBERED: timedelta = BASELINE + 2 * DAY


def _busiest_of(flag: Flag) -> Numbers:
    ofs = [one["of"] for one in flag.found if one["of"] in NUMBERS]
    if not ofs or flag.ended_at is None:
        return Numbers()
    hours = KeyHour.objects.filter(
        key_id=flag.key_id,
        hour__gte=hour_of(flag.found_at) - HOUR,
        hour__lte=hour_of(flag.ended_at),
    )
    most = hours.aggregate(**{of: Max(of) for of in ofs})
    return Numbers(**{of: int(number or 0) for of, number in most.items()})


def _shares(key_ids: Sequence[UUID], span: Span) -> dict[UUID, dict[Word, float]]:
    statement = SHARES.format(keys=", ".join(["%s"] * len(key_ids)))
    found: dict[UUID, dict[Word, float]] = {}
    for key_id, of, word, share in sql.rows(statement, (*key_ids, span.first, span.yesterday)):
        found.setdefault(sql.as_uuid(key_id), {})[Word(of, word)] = float(share)
    return found


def _numbers(row: Sequence[Any]) -> Numbers:
    requests, reads, denied = (int(number or 0) for number in row)
    return Numbers(requests, reads, denied)
