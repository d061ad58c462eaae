"""The rule that flags a key: silent in an ordinary month, awake within an hour of misuse."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from apikeys.drift.rule import (
    CLASS,
    KNOWN_DAYS,
    KNOWN_FOR,
    KNOWN_REQUESTS,
    PURPOSE,
    SCOPE,
    Before,
    Lately,
    Numbers,
    Word,
    findings,
)
from tests.apikeys.month import (
    DAYS,
    LEARNING,
    MONTH,
    SHAPES,
    Hour,
    Life,
    before,
    lately,
    life,
    seen,
)

SEED = 20261129


def under_a_new_scope(hour: Hour) -> None:
    hour.requests += 12
    hour.reads += 12
    hour.words.update({Word(SCOPE, "schedule"): 12, Word(CLASS, "recommendation"): 12})


def for_a_new_purpose(hour: Hour) -> None:
    hour.requests += 12
    hour.reads += 12
    hour.words.update({Word(SCOPE, "preferences"): 12, Word(CLASS, "task_execution"): 12})


def for_a_new_registered_purpose(hour: Hour) -> None:
    for_a_new_purpose(hour)
    del hour.words[Word(CLASS, "task_execution")]
    hour.words.update({Word(PURPOSE, "scoring"): 12, Word(CLASS, "recommendation"): 12})


def ten_times_as_much(hour: Hour) -> None:
    hour.requests, hour.reads = hour.requests * 10, hour.reads * 10
    hour.words.update({word: 9 * number for word, number in hour.words.items()})


def probing(hour: Hour) -> None:
    """Ask until something is allowed: a denial a minute, and as many again as the key asks."""
    more = 60 + hour.reads
    hour.requests += more
    hour.denied += more


MISUSES: dict[Callable[[Hour], None], str] = {
    under_a_new_scope: "scopes",
    for_a_new_purpose: "purposes",
    for_a_new_registered_purpose: "purposes",
    ten_times_as_much: "volume",
    probing: "denials",
}


@pytest.fixture(scope="module")
def lives() -> dict[str, Life]:
    return {shape: life(shape, seed=SEED) for shape in SHAPES}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_month_of_ordinary_traffic_raises_no_alarm(shape: str, lives: dict[str, Life]) -> None:
    told = {}
    for today in range(LEARNING, DAYS):
        usual = before(lives[shape], today)
        for at in range(24 * today, 24 * (today + 1)):
            told[at] = findings(usual, lately(lives[shape], at))
    assert len(told) == 24 * MONTH
    assert not any(told.values())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("misuse", MISUSES, ids=lambda one: one.__name__)
def test_misuse_is_told_within_the_hour(
    shape: str, misuse: Callable[[Hour], None], lives: dict[str, Life]
) -> None:
    misused = deepcopy(lives[shape])
    at = _a_used_hour(misused)
    assert seen(misused, at) == []
    misuse(misused[at])
    assert MISUSES[misuse] in {one.kind for one in seen(misused, at)}


def _a_used_hour(life: Life) -> int:
    """Return an ordinary hour of the last week: the one with the middle number of requests."""
    last = range(24 * (DAYS - 7), 24 * DAYS)
    used = sorted((life[at].requests, at) for at in last if life[at].requests >= 15)
    return used[len(used) // 2][1]


MENU = Word(PURPOSE, "menu")
KNOWN = Before(
    known_for=KNOWN_FOR,
    days=KNOWN_DAYS,
    total=Numbers(KNOWN_REQUESTS, 90, 10),
    busiest=Numbers(40, 40, 10),
    shares={MENU: 1.0, Word(SCOPE, "constraints"): 0.98, Word(SCOPE, "preferences"): 0.03},
)


class TestThresholds:
    """Each holds where it stands: what just misses it is not told."""

    @pytest.mark.parametrize(
        ("met", "one_less"),
        [
            (
                Lately(words={Word(SCOPE, "schedule"): 5}),
                Lately(words={Word(SCOPE, "schedule"): 4}),
            ),
            (
                Lately(words={Word(SCOPE, "constraints"): 200, Word(SCOPE, "preferences"): 50}),
                Lately(words={Word(SCOPE, "constraints"): 201, Word(SCOPE, "preferences"): 50}),
            ),
            (
                Lately(words={Word(SCOPE, "preferences"): 50}),
                Lately(words={Word(SCOPE, "preferences"): 49}),
            ),
            (Lately(hours=[Numbers(120, 0, 0)]), Lately(hours=[Numbers(119, 0, 0)])),
            (Lately(hours=[Numbers(0, 120, 0)]), Lately(hours=[Numbers(0, 119, 0)])),
            (Lately(hours=[Numbers(0, 60, 20)]), Lately(hours=[Numbers(0, 60, 19)])),
            (Lately(hours=[Numbers(0, 60, 20)]), Lately(hours=[Numbers(0, 61, 20)])),
        ],
    )
    def test_just_met_and_just_missed(self, met: Lately, one_less: Lately) -> None:
        assert len(findings(KNOWN, met)) == 1
        assert findings(KNOWN, one_less) == []

    def test_few_requests_are_no_volume_however_quiet_it_was(self) -> None:
        quiet = replace(KNOWN, busiest=Numbers(2, 2, 0))
        assert findings(quiet, Lately(hours=[Numbers(99, 99, 0)])) == []

    def test_who_was_always_denied_is_not_told_for_it(self) -> None:
        denied = replace(KNOWN, total=Numbers(1000, 400, 600), busiest=Numbers(60, 60, 9))
        assert findings(denied, Lately(hours=[Numbers(60, 20, 40)])) == []

    @pytest.mark.parametrize(
        "less",
        [
            {"known_for": KNOWN_FOR - timedelta(hours=1)},
            {"days": KNOWN_DAYS - 1},
            {"total": Numbers(KNOWN_REQUESTS - 1, 90, 10)},
        ],
    )
    def test_nothing_is_said_of_a_key_that_is_hardly_known(self, less: dict[str, Any]) -> None:
        much = Lately(hours=[Numbers(9000, 9000, 9000)], words={Word(SCOPE, "schedule"): 9000})
        assert findings(replace(KNOWN, **less), much) == []


def test_what_somebody_expects_is_no_more_told_but_more_than_that_is() -> None:
    scope = Word(SCOPE, "schedule")
    now = Lately(hours=[Numbers(500, 10, 0)], words={scope: 100})
    assert {one.kind for one in findings(KNOWN, now)} == {"scopes", "volume"}
    expecting = KNOWN.expecting([scope], Numbers(500))
    assert findings(expecting, now) == []
    assert findings(expecting, Lately(hours=[Numbers(1500, 10, 0)], words={scope: 100}))


def test_a_finding_says_the_numbers_then_and_now() -> None:
    words = {Word(SCOPE, "constraints"): 50, Word(SCOPE, "preferences"): 50, Word(CLASS, "x"): 7}
    now = Lately(hours=[Numbers(400, 60, 0), Numbers(10, 0, 30)], words=words)
    rare, new, busy, denied = findings(KNOWN, now)
    assert (rare.kind, rare.word, rare.now, rare.share, rare.share_before) == (
        "scopes",
        "preferences",
        50,
        50,
        3,
    )
    assert (new.kind, new.of, new.word, new.now, new.share_before) == (
        "purposes",
        CLASS,
        "x",
        7,
        0,
    )
    assert (busy.of, busy.now, busy.before) == ("requests", 400, 40)
    assert (denied.now, denied.before, denied.share, denied.share_before) == (30, 10, 100, 10)
