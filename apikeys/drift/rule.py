"""When a key's use has left what it was: shares and numbers against four weeks, in plain Python.

Lately is yesterday and today (UTC), and of numbers the present hour and the one before. Before is
the BASELINE before yesterday. All thresholds stand here, and docs/guide/drift.md says them in
words. What a rule like this cannot see is use that stays within what it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple

BASELINE = timedelta(days=28)

# Less than this tells nothing about what is usual for a key: nothing is said of it then.
KNOWN_FOR = timedelta(days=14)  # since the first use among those of the baseline
KNOWN_DAYS = 5  # on which it was used
KNOWN_REQUESTS = 100

NEW_READS = 5  # lately, under a scope or for a purpose that was not there before
COMMON_READS = 50  # lately, of something that was rare before …
COMMON_SHARE = 0.2  # … and is now at least this share of the reads …
TIMES_SHARE = 5  # … and so many times the largest share that it had on any day
BUSY_HOUR = 100  # requests, or reads, in an hour …
TIMES_BUSY = 3  # … and so many times the busiest hour
DENIED_READS = 20  # in an hour …
DENIED_SHARE = 0.25  # … and at least this share of what was asked in it …
TIMES_DENIED = 2  # … and so many times the most in an hour, and the share of all four weeks

SCOPE, CLASS, PURPOSE = "scope", "class", "purpose"
# What a key is flagged for; of each it has one open flag at most.
KINDS = ("scopes", "purposes", "volume", "denials")
OF_WORDS = {SCOPE: "scopes", CLASS: "purposes", PURPOSE: "purposes"}


class Word(NamedTuple):
    """A scope, a purpose class, or the id of a registered purpose: what a read was under or for."""

    of: str
    word: str


@dataclass(frozen=True)
class Numbers:
    """What a key did: its requests, the reads that it was answered, and those that were denied."""

    requests: int = 0
    reads: int = 0
    denied: int = 0

    @property
    def denied_share(self) -> float:
        asked = self.reads + self.denied
        return self.denied / asked if asked else 0.0

    def or_more(self, other: Numbers) -> Numbers:
        """Return the larger of each number."""
        return Numbers(
            max(self.requests, other.requests),
            max(self.reads, other.reads),
            max(self.denied, other.denied),
        )


@dataclass(frozen=True)
class Before:
    """How a key was used in the four weeks before yesterday.

    `busiest` has the most of each number in any hour, `shares` the largest share of a day's reads
    that a word had; what has none was not there.
    """

    known_for: timedelta = timedelta(0)
    days: int = 0
    total: Numbers = field(default_factory=Numbers)
    busiest: Numbers = field(default_factory=Numbers)
    shares: Mapping[Word, float] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        """Say whether it tells what is usual for the key."""
        return (
            self.known_for >= KNOWN_FOR
            and self.days >= KNOWN_DAYS
            and self.total.requests >= KNOWN_REQUESTS
        )

    def expecting(self, words: Iterable[Word], busiest: Numbers) -> Before:
        """Return it as if what somebody said to expect had been there: these words, such hours."""
        usual = {**self.shares, **dict.fromkeys(words, 1.0)}
        return replace(self, shares=usual, busiest=self.busiest.or_more(busiest))


@dataclass(frozen=True)
class Lately:
    """How a key is used now: its last hours, and how many reads had each word."""

    hours: Sequence[Numbers] = ()
    words: Mapping[Word, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One thing that was new: what it is and its number, now and before.

    Of words the numbers are reads lately, and shares in percent; of volume and denials those of an
    hour, and of denials their share in percent too.
    """

    kind: str
    of: str
    word: str = ""
    now: int = 0
    before: int = 0
    share: int = 0
    share_before: int = 0


def findings(before: Before, lately: Lately) -> list[Finding]:
    """Return what leaves what the key's use was, in the order of KINDS; usually nothing.

    Nothing too where not enough is known of the key.
    """
    if not before.is_enough:
        return []
    found = [*_words(before, lately), *_volume(before, lately), *_denials(before, lately)]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def _words(before: Before, lately: Lately) -> Iterator[Finding]:
    reads: Counter[str] = Counter()
    for word, number in lately.words.items():
        reads[word.of] += number
    for word, number in sorted(lately.words.items()):
        usual, share = before.shares.get(word, 0.0), number / reads[word.of]
        is_new = not usual and number >= NEW_READS
        is_common = number >= COMMON_READS and share >= COMMON_SHARE and share > TIMES_SHARE * usual
        if is_new or is_common:
            yield Finding(
                OF_WORDS[word.of],
                word.of,
                word.word,
                now=number,
                share=_percent(share),
                share_before=_percent(usual),
            )


def _volume(before: Before, lately: Lately) -> Iterator[Finding]:
    for of in ("requests", "reads"):
        now = max((getattr(hour, of) for hour in lately.hours), default=0)
        usual = getattr(before.busiest, of)
        if now >= BUSY_HOUR and now >= TIMES_BUSY * usual:
            yield Finding("volume", of, now=now, before=usual)


def _denials(before: Before, lately: Lately) -> Iterator[Finding]:
    usual, share_before = before.busiest.denied, before.total.denied_share
    for hour in sorted(lately.hours, key=lambda one: one.denied, reverse=True):
        share = hour.denied_share
        if (
            hour.denied >= max(DENIED_READS, TIMES_DENIED * usual)
            and share >= DENIED_SHARE
            and share >= TIMES_DENIED * share_before
        ):
            yield Finding(
                "denials",
                "denied",
                now=hour.denied,
                before=usual,
                share=_percent(share),
                share_before=_percent(share_before),
            )
            return


def _percent(share: float) -> int:
    """Round a share; what is there is never said to be nothing."""
    return max(round(100 * share), 1) if share else 0
