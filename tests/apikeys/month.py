"""Two months in the lives of five kinds of keys, by the hour, drawn with a fixed seed."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from apikeys.drift.rule import (
    BASELINE,
    CLASS,
    PURPOSE,
    SCOPE,
    Before,
    Finding,
    Lately,
    Numbers,
    Word,
    findings,
)

LEARNING, MONTH = 30, 30  # days: first nobody looks, then the rule does
DAYS = LEARNING + MONTH


@dataclass
class Hour:
    """What a key did in an hour of its life."""

    requests: int = 0
    reads: int = 0
    denied: int = 0
    words: Counter[Word] = field(default_factory=Counter)

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.requests, self.reads, self.denied)


Life = list[Hour]  # by hours; the first is the midnight on a Monday


def steady(at: int, dice: random.Random) -> float:
    """A service with users everywhere, a third more of them in the evening, and bursts."""
    return 180 * (1 + 0.3 * math.sin(at % 24 / 24 * 2 * math.pi)) * dice.lognormvariate(0, 0.25)


def office(at: int, dice: random.Random) -> float:
    """A tool for people at work: nearly nothing at night and on weekends."""
    day, hour = divmod(at, 24)
    if day % 7 >= 5 or not 8 <= hour < 18:
        return 0.3
    return 90 * dice.lognormvariate(0, 0.35) * (0.5 if hour == 12 else 1)


def growing(at: int, dice: random.Random) -> float:
    """A product that is liked: 2 % more every day, three times as much after two months."""
    return float(30 * 1.02 ** (at / 24) * dice.lognormvariate(0, 0.3))


def batch(at: int, dice: random.Random) -> float:
    """A job at two at night, which now and then goes on until four."""
    return {2: 2500, 3: 900 if dice.random() < 0.4 else 0}.get(at % 24, 0) * dice.uniform(0.8, 1.2)


def rare(at: int, dice: random.Random) -> float:
    """Somebody who looks something up, on two or three days a week."""
    busy = at % 24 in (10, 15) and at // 24 % 7 in (1, 3, 4) and dice.random() < 0.7
    return 20 * dice.lognormvariate(0, 0.4) if busy else 0


SHAPES: dict[str, Callable[[int, random.Random], float]] = {
    one.__name__: one for one in (steady, office, growing, batch, rare)
}
READS = [  # scope, purpose class, registered purpose, how often of a hundred
    ("preferences", "recommendation", "menu", 70),
    ("constraints", "recommendation", "", 20),
    ("preferences", "content_generation", "letters", 8),
    ("communication", "content_generation", "letters", 2),
]


def life(shape: str, *, seed: int) -> Life:
    """Draw the life of a key: 85 % of its requests read, and of a hundred reads one is denied."""
    dice = random.Random(f"{shape} {seed}")
    return [_hour(SHAPES[shape](at, dice), dice) for at in range(24 * DAYS)]


def _hour(expected: float, dice: random.Random) -> Hour:
    requests = max(0, round(dice.gauss(expected, math.sqrt(expected)))) if expected >= 1 else 0
    requests = requests or int(dice.random() < min(expected, 1))
    asked = sum(dice.random() < 0.85 for _ in range(requests))
    denied = sum(dice.random() < 0.01 for _ in range(asked))
    return _read(Hour(requests, asked - denied, denied), asked - denied, dice)


def _read(hour: Hour, reads: int, dice: random.Random) -> Hour:
    for scope, name, purpose, _ in dice.choices(READS, [one[3] for one in READS], k=reads):
        hour.words.update([Word(SCOPE, scope), Word(CLASS, name)])
        if purpose:
            hour.words[Word(PURPOSE, purpose)] += 1
    return hour


def seen(life: Life, at: int) -> list[Finding]:
    """Return what the rule finds at the end of the hour `at` of a life."""
    return findings(before(life, at // 24), lately(life, at))


def before(life: Life, today: int) -> Before:
    """Sum up the four weeks before yesterday."""
    first = max(0, today - 1 - BASELINE.days)
    past = life[24 * first : 24 * (today - 1)]
    used = [place for place, hour in enumerate(past) if hour.requests]
    busiest, shares = Numbers(), dict[Word, float]()
    for hour in past:
        busiest = busiest.or_more(hour.numbers)
    for day in range(first, today - 1):
        words = _words(life[24 * day : 24 * (day + 1)])
        reads = Counter[str]()
        for word, number in words.items():
            reads[word.of] += number
        for word, number in words.items():
            shares[word] = max(shares.get(word, 0), number / reads[word.of])
    return Before(
        known_for=timedelta(hours=len(past) - used[0]) if used else timedelta(0),
        days=len({place // 24 for place in used}),
        total=Numbers(
            sum(hour.requests for hour in past),
            sum(hour.reads for hour in past),
            sum(hour.denied for hour in past),
        ),
        busiest=busiest,
        shares=shares,
    )


def lately(life: Life, at: int) -> Lately:
    """Sum up yesterday, today, and the last two hours."""
    hours = [hour.numbers for hour in life[max(0, at - 1) : at + 1]]
    return Lately(hours=hours, words=_words(life[24 * max(0, at // 24 - 1) : at + 1]))


def _words(hours: Life) -> Counter[Word]:
    found: Counter[Word] = Counter()
    for hour in hours:
        found.update(hour.words)
    return found
