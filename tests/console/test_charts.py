"""What is drawn has the numbers' proportions, in one order, and values that can be read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from apikeys.usage import periods
from apikeys.usage.reports import DENIED, FAILED, KINDS, SERVED, Count
from console import charts, heat, sparks
from memory.decided import Denials
from memory.policy.access import is_allowed

HOUR = timedelta(hours=1)


def counted(served: int, denied: int = 0, failed: int = 0) -> Count:
    count = Count()
    count.add(200, "", served)
    count.add(403, "policy_denied", denied)
    count.add(500, "internal_error", failed)
    return count


@pytest.fixture
def day(now: datetime) -> periods.Period:
    return periods.named("24h", at=now)


class TestChart:
    def test_kinds_stand_on_each_other_in_one_order(
        self, now: datetime, day: periods.Period
    ) -> None:
        steps = {step: Count() for step in day.steps()}
        steps[now] = counted(50, 30, 20)
        *others, last = charts.chart(steps, day, at=now).bars
        assert [part.kind for part in last.parts] == ["served", "refused-policy", "failed"]
        assert [round(part.at + part.size) for part in last.parts] == [100, 50, 20]
        assert round(last.parts[-1].at) == round(100 - 100 * 100 / 100 + charts.GAP)
        assert last.kinds == [(SERVED, "50"), (DENIED, "30"), (FAILED, "20")]
        assert last.words == "12:00 so far: 50 served, 30 denied by policy, 20 failed"
        assert not any(bar.parts for bar in others)

    def test_what_is_there_can_be_seen(self, now: datetime, day: periods.Period) -> None:
        bar = charts.chart({now: counted(100_000, 1)}, day, at=now).bars[0]
        assert bar.parts[1].size >= charts.LEAST

    def test_the_step_that_is_not_over_says_so(self, now: datetime) -> None:
        week = periods.named("7d", at=now)
        steps = {step: Count() for step in week.steps()}
        bars = charts.chart(steps, week, at=now).bars
        assert [bar.is_now for bar in bars] == [False] * 6 + [True]
        assert (bars[0].name, bars[-1].name) == ("17 Nov", "23 Nov so far")

    def test_without_a_request_there_are_lines_all_the_same(
        self, now: datetime, day: periods.Period
    ) -> None:
        drawn = charts.chart({now: Count()}, day, at=now)
        assert drawn.values == ["4", "3", "2", "1", "0"]
        assert drawn.names == ["12:00"]

    @pytest.mark.parametrize(
        ("most", "top"),
        [(0, 4), (4, 4), (5, 8), (9, 20), (51, 60), (99, 100), (50_000, 60_000), (61_000, 80_000)],
    )
    def test_the_top_is_round_and_so_are_its_quarters(self, most: int, top: int) -> None:
        assert charts.rounded_up(most) == top
        assert top % charts.LINES == 0

    def test_numbers_are_short(self) -> None:
        numbers = (0, 750, 1500, 60_000, 2_500_000, 1_000_000_000)
        assert [charts.short(one) for one in numbers] == ["0", "750", "1.5k", "60k", "2.5M", "1G"]

    def test_days_are_named_five_times_at_most(self, now: datetime) -> None:
        month = periods.named("30d", at=now)
        names = charts.chart({step: Count() for step in month.steps()}, month, at=now).names
        assert (len(names), names[0], names[-1]) == (5, "25 Oct", "23 Nov")

    def test_two_days_in_hours_are_named_with_their_day(self, now: datetime) -> None:
        two = periods.between(now.date() - timedelta(days=1), now.date(), at=now)
        assert two.hourly
        assert charts.label(now, two) == "23 Nov 12:00"


class TestBars:
    def test_shares_fill_the_bar_in_their_order(self) -> None:
        parts = charts.shares(counted(3, 1).kinds)
        assert [(part.kind, part.at) for part in parts] == [("served", 0), ("refused-policy", 75)]
        assert parts[0].size == 75 - charts.GAP
        assert charts.shares(Count().kinds) == []

    def test_every_kind_has_a_class(self) -> None:
        assert list(charts.CLASSES) == list(KINDS)
        assert len(set(charts.CLASSES.values())) == len(KINDS)

    def test_a_spread_goes_from_edge_to_edge(self) -> None:
        drawn = charts.spread([0, 90, 0, 5, 5, 0, 0, 0, 0, 0])
        assert drawn == charts.Spread(start=10, width=30, tail=40)
        assert charts.spread([0] * 10) is None


class TestSparks:
    def test_a_line_is_as_high_as_its_highest(self) -> None:
        drawn = sparks.line([0, 5, 10], words="Words")
        assert drawn.points == "0,22.0 10,12.0 20,2.0"
        assert (drawn.width, drawn.words) == (20, "Words")
        assert drawn.area == "0,24 0,22.0 10,12.0 20,2.0 20,24"

    @pytest.mark.parametrize("values", [[], [0], [0, 0]])
    def test_nothing_is_a_line_at_the_bottom(self, values: list[float]) -> None:
        assert sparks.line(values, words="").points == "0,22.0 10,22.0"

    def test_it_says_how_many_and_in_what_time(self) -> None:
        assert sparks.spark([1]).words == "1 request in 14 days"
        assert sparks.spark([1000, 234], of="2 hours").words == "1,234 requests in 2 hours"


class TestHeat:
    def test_a_cell_is_darker_the_more_was_denied(self) -> None:
        cells = {("preferences", "task_execution"): 100, ("schedule", "unrecognized"): 1}
        drawn = dict(heat.heat(Denials(cells=cells, steps={}, is_all=True)))
        levels = {
            (cell.scope, cell.purpose_class): cell.level
            for row in drawn.values()
            for cell in row
            if cell.level
        }
        assert levels == {("preferences", "task_execution"): 4, ("schedule", "unrecognized"): 1}

    def test_it_knows_what_the_policy_allows(self) -> None:
        for scope, row in heat.heat(Denials(cells={}, steps={}, is_all=True)):
            assert [cell.purpose_class for cell in row] == [str(one) for one in heat.COLUMNS]
            assert all(cell.is_allowed == is_allowed(scope, cell.purpose_class) for cell in row)
