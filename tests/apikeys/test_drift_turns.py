"""The turns of the watch over keys: each event once, whoever takes them, and what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Project
from apikeys.drift import watching
from apikeys.erasing import forget_project
from apikeys.models import ApiKey, Flag, KeyHour, KeyWord, Kind, Notice, Watch
from apikeys.usage.retention import prune
from foundation.identifiers import first_id
from tests.apikeys.drifting import DAY, four_weeks, turn, use
from tests.makers import NOW, make_key
from tests.memory.test_ceilings import racing

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def key(project: Project) -> ApiKey:
    """A key that was used for four weeks, and watched."""
    key, _ = make_key(project, "Kitchen", at=NOW - 40 * DAY)
    four_weeks(key, until=NOW)
    assert turn(NOW - MINUTE) == 0
    return key


class TestTurns:
    def test_each_event_is_counted_once_however_many_turns_there_are(self, key: ApiKey) -> None:
        for minutes in range(10, 60, 10):
            use(key, NOW + minutes * MINUTE, 3)
            turn(NOW + minutes * MINUTE)
        turn(NOW + 2 * HOUR)
        (hour,) = KeyHour.objects.filter(hour=NOW)
        assert (hour.requests, hour.reads, hour.denied) == (15, 15, 0)
        today = KeyWord.objects.get(key_id=key.pk, day=NOW.date(), of="scope")
        assert (today.word, today.reads) == ("preferences", 25)

    def test_many_events_are_counted_in_steps(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("apikeys.drift.gathering.MOST_EVENTS", 7)
        key = make_key(project, "Kitchen", at=NOW - 40 * DAY)[0]
        four_weeks(key, until=NOW)
        turn(NOW)
        assert sum(KeyHour.objects.values_list("reads", flat=True)) == 300
        assert sum(KeyHour.objects.values_list("requests", flat=True)) == 300

    def test_who_is_behind_flags_nothing_that_is_no_news(
        self, key: ApiKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(key, NOW + HOUR, 30, scope="schedule")
        monkeypatch.setattr("apikeys.drift.gathering.MOST_STEPS", 1)
        monkeypatch.setattr("apikeys.drift.gathering.MOST_EVENTS", 3)
        assert turn(NOW + 2 * HOUR) == 0
        assert not Flag.objects.exists()

    def test_a_turn_is_taken_once_and_again_when_it_is_time(self, key: ApiKey) -> None:
        use(key, NOW + HOUR, 30, scope="schedule")
        at = NOW + HOUR + 6 * MINUTE
        Watch.objects.update(next_at=at + MINUTE)  # somebody took it, and was killed
        assert watching.watch(at=at) == 0
        assert watching.watch(at=at + MINUTE) == 1

    def test_after_a_clock_that_ran_ahead_it_goes_on(self, key: ApiKey) -> None:
        late = NOW + 400 * DAY
        Watch.objects.update(next_at=late, counted_until=first_id(late))
        turn(NOW)
        use(key, NOW + HOUR, 30, scope="schedule")
        assert turn(NOW + HOUR + MINUTE) == 1

    def test_hours_that_usage_has_rolled_up_are_found(self, project: Project) -> None:
        key = make_key(project, "Kitchen", at=NOW - 40 * DAY)[0]
        four_weeks(key, until=NOW)
        prune(at=NOW)
        turn(NOW)
        assert set(KeyHour.objects.values_list("requests", flat=True)) == {10}


@pytest.mark.django_db(transaction=True)
def test_of_turns_at_once_one_is_taken_and_two_would_count_and_flag_once(
    key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(key, NOW + HOUR, 30, scope="schedule")
    at = NOW + HOUR + 6 * MINUTE
    assert sum(racing(lambda _: watching._is_my_turn(at=at))) == 1
    monkeypatch.setattr(watching, "_is_my_turn", lambda *, at: True)
    assert sum(racing(lambda _: watching.watch(at=at))) == 1
    assert KeyHour.objects.get(hour=NOW + HOUR).reads == 30
    assert Flag.objects.count() == Notice.objects.filter(kind=Kind.DRIFT).count() == 1


def test_a_projects_erasure_takes_what_was_kept(key: ApiKey, project: Project) -> None:
    use(key, NOW + HOUR, 30, meta={"purpose_id": "scoring"})
    turn(NOW + HOUR + MINUTE)
    forget_project(project.pk, batch=50)
    assert not any(model.objects.exists() for model in (Flag, KeyHour, KeyWord))


def test_what_no_baseline_needs_is_removed(key: ApiKey) -> None:
    for kind, days in (("scopes", 6), ("volume", 4)):
        ended = {"found_at": NOW - days * DAY, "ended_at": NOW - days * DAY}
        Flag.objects.create(key_id=key.pk, kind=kind, found=[], **ended)
    turn(NOW + 25 * DAY)
    assert [flag.kind for flag in Flag.objects.all()] == ["volume"]
    assert min(KeyHour.objects.values_list("hour", flat=True)) >= NOW - 5 * DAY - 12 * HOUR
    assert min(KeyWord.objects.values_list("day", flat=True)) >= (NOW - 5 * DAY).date()
