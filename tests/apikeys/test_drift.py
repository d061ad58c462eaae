"""From the record and usage to the flag, the mail and the pause; and what is said of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent, EventType, Project, User
from apikeys import pausing, services
from apikeys.authentication import find_principal
from apikeys.changing import KeyChanged
from apikeys.drift import answering, watching
from apikeys.drift.rule import BASELINE
from apikeys.erasing import forget_project
from apikeys.models import ApiKey, Flag, KeyHour, KeyWord, Kind, Notice, Watch
from apikeys.usage.retention import prune
from foundation.identifiers import first_id
from tests.apikeys.drifting import DAY, four_weeks, turn, use
from tests.apikeys.mailed import subjects
from tests.mailbox import mailbox
from tests.makers import BY, NOW, make_key
from tests.memory.test_ceilings import racing

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def made(project: Project) -> tuple[ApiKey, str]:
    """A key that was used for four weeks, and its plaintext."""
    key, plaintext = make_key(project, "Kitchen", at=NOW - 40 * DAY)
    four_weeks(key, until=NOW)
    assert turn(NOW - MINUTE) == 0
    return key, plaintext


@pytest.fixture
def key(made: tuple[ApiKey, str]) -> ApiKey:
    return made[0]


def events(key: ApiKey) -> list[dict[str, Any]]:
    rows = AuditEvent.objects.filter(api_key_id=key.pk, event_type=EventType.KEY_UPDATE)
    return list(rows.order_by("id").values_list("meta", flat=True))


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("changed", "kind", "line"),
        [
            (
                {"scope": "schedule"},
                "scopes",
                "The scope “schedule”: 30 reads since yesterday, and none in the four weeks"
                " before.",
            ),
            (
                {"event_type": EventType.MEMORY_LIST, "scope": None, "purpose_class": None},
                "scopes",
                "Every scope at once: 30 reads since yesterday, and none in the four weeks before.",
            ),
            (
                {"event_type": EventType.USER_LINK, "scope": None, "purpose_class": None},
                "scopes",
                "Every scope at once: 30 reads since yesterday, and none in the four weeks before.",
            ),
            (
                {"purpose_class": "task_execution"},
                "purposes",
                "The purpose class “task_execution”: 30 reads since yesterday, and none in the"
                " four weeks before.",
            ),
            (
                {"meta": {"purpose_id": "scoring"}},
                "purposes",
                "The purpose “scoring”: 30 reads since yesterday, and none in the four weeks"
                " before.",
            ),
            (
                {"event_type": EventType.POLICY_DENIED, "reason_code": "KEY_SCOPE"},
                "denials",
                "30 reads were denied in an hour, 100 % of what it asked; in the four weeks before"
                " none.",
            ),
        ],
    )
    def test_is_flagged_once_and_mailed_with_what_was_new(
        self, key: ApiKey, owner: User, changed: dict[str, Any], kind: str, line: str
    ) -> None:
        use(key, NOW + HOUR, 30, **changed)
        assert turn(NOW + HOUR + MINUTE) == 1
        (flag,) = Flag.objects.all()
        assert (flag.key_id, flag.kind, flag.ended_at) == (key.pk, kind, None)
        assert subjects(at=NOW + 2 * HOUR) == ["Your API key “Kitchen” is used in a new way"]
        (message,) = mailbox()
        assert message.to == [owner.email]
        assert line in " ".join(message.body.split())
        assert "The key still works" in message.body
        assert f"/console/keys/{key.pk}/" in message.body
        assert "user_1" not in message.body
        assert events(key)[-1]["drift"] == [kind]
        assert turn(NOW + 2 * HOUR) == 0
        assert subjects(at=NOW + 3 * HOUR) == []

    def test_volume_is_told_in_requests_and_reads(self, key: ApiKey) -> None:
        use(key, NOW + HOUR, 120)
        assert turn(NOW + HOUR + MINUTE) == 1
        assert [(one["of"], one["now"], one["before"]) for one in Flag.objects.get().found] == [
            ("requests", 120, 10),
            ("reads", 120, 10),
        ]

    def test_more_of_what_is_usual_is_not(self, key: ApiKey) -> None:
        use(key, NOW + HOUR, 60)
        ended = {"event_type": EventType.POLICY_DENIED, "reason_code": "GRANT_EXPIRED"}
        use(key, NOW + HOUR, 30, **ended)
        assert turn(NOW + HOUR + MINUTE) == 0

    def test_another_key_of_the_project_is_not_told_for_it(
        self, key: ApiKey, project: Project
    ) -> None:
        other = make_key(project, "New", at=NOW)[0]
        use(other, NOW + HOUR, 300, scope="schedule")
        assert turn(NOW + HOUR + MINUTE) == 0  # it is hardly known
        assert not watching.is_known(other, at=NOW + HOUR)
        assert watching.is_known(key, at=NOW + HOUR)

    def test_what_is_found_later_is_added_to_the_open_flag(self, key: ApiKey) -> None:
        use(key, NOW + HOUR, 6, scope="schedule")
        assert turn(NOW + HOUR + MINUTE) == 1
        use(key, NOW + 2 * HOUR, 6, scope="constraints")
        assert turn(NOW + 2 * HOUR + MINUTE) == 0
        words = {one["word"] for one in Flag.objects.get().found}
        assert words == {"schedule", "constraints"}

    def test_the_mail_can_be_switched_off_and_the_flag_stays(
        self, key: ApiKey, owner: User
    ) -> None:
        User.objects.filter(pk=owner.pk).update(mail_drift=False)
        use(key, NOW + HOUR, 30, scope="schedule")
        assert turn(NOW + HOUR + MINUTE) == 1
        assert subjects(at=NOW + 2 * HOUR) == []

    def test_nothing_is_said_of_a_key_that_is_not_watched(self, key: ApiKey) -> None:
        answering.choose(key=key, watched=False, pauses=True, at=NOW, by=BY)
        key.refresh_from_db()
        assert not key.pauses
        use(key, NOW + HOUR, 30, scope="schedule")
        assert turn(NOW + HOUR + MINUTE) == 0


class TestAnswers:
    @pytest.fixture
    def flagged(self, key: ApiKey) -> ApiKey:
        use(key, NOW + HOUR, 120, scope="schedule")
        assert turn(NOW + HOUR + MINUTE) == 1
        return key

    def test_what_is_expected_is_usual_from_then_on(self, flagged: ApiKey) -> None:
        assert [one.kind for one in answering.open_flags(flagged, at=NOW + HOUR)] == [
            "scopes",
            "volume",
        ]
        assert answering.expect(key=flagged, at=NOW + HOUR + 7 * MINUTE, by=BY)
        assert not answering.expect(key=flagged, at=NOW + HOUR + 7 * MINUTE, by=BY)
        assert events(flagged)[-1]["expected"] == ["scopes", "volume"]
        use(flagged, NOW + DAY, 340, scope="schedule")
        assert turn(NOW + DAY + MINUTE) == 0
        use(flagged, NOW + DAY + 2 * HOUR, 400, scope="schedule")
        assert turn(NOW + DAY + 2 * HOUR + MINUTE) == 1

    def test_unanswered_it_is_over_after_four_weeks(self, flagged: ApiKey) -> None:
        later = NOW + BASELINE + 2 * DAY
        assert not answering.open_flags(flagged, at=later)
        turn(later)
        assert {flag.ended_at for flag in Flag.objects.all()} == {later + watching.EVERY}


class TestPausing:
    def test_a_key_that_is_to_be_paused_is(self, made: tuple[ApiKey, str]) -> None:
        key, plaintext = made
        answering.choose(key=key, watched=True, pauses=True, at=NOW, by=BY)
        use(key, NOW + HOUR, 30, scope="schedule")
        assert turn(NOW + HOUR + MINUTE) == 1
        assert find_principal(plaintext, at=NOW + 2 * HOUR) is None
        key.refresh_from_db()
        assert (key.state(at=NOW + 2 * HOUR), key.paused) == ("disabled", True)
        assert [event.get("paused") for event in events(key)[-2:]] == [None, True]
        subjects(at=NOW + 2 * HOUR)
        assert "We disabled it, as you chose" in mailbox()[0].body

        assert answering.enable(key=key, at=NOW + 2 * HOUR, by=BY)
        assert find_principal(plaintext, at=NOW + 2 * HOUR) is not None
        assert not answering.open_flags(key, at=NOW + 2 * HOUR)
        use(key, NOW + 3 * HOUR, 30, scope="schedule")
        assert turn(NOW + 3 * HOUR + MINUTE) == 0

    @pytest.mark.parametrize(("times", "scope"), [(30, "communication"), (300, "schedule")])
    def test_what_it_did_in_its_last_minute_pauses_it_once(
        self, key: ApiKey, times: int, scope: str
    ) -> None:
        answering.choose(key=key, watched=True, pauses=True, at=NOW, by=BY)
        use(key, NOW + HOUR, 30, scope="schedule")
        assert turn(NOW + HOUR) == 1
        use(key, NOW + HOUR + watching.EVERY - MINUTE / 2, times, scope=scope)
        turn(NOW + HOUR + 6 * MINUTE)
        flags = answering.open_flags(key, at=NOW + 2 * HOUR)
        assert sum(len(flag.found) for flag in flags) > 1
        assert answering.enable(key=key, at=NOW + 2 * HOUR - MINUTE, by=BY)
        assert turn(NOW + 2 * HOUR) == 0
        assert not ApiKey.objects.get(pk=key.pk).paused

    def test_what_an_operator_stopped_its_owner_cannot_start(self, key: ApiKey) -> None:
        assert pausing.pause_key(key=key, at=NOW, by=BY)
        assert not pausing.pause_key(key=key, at=NOW, by=BY)
        assert services.switch_key(key=key, on=False, at=NOW, by=BY)
        with pytest.raises(KeyChanged):
            answering.enable(key=key, at=NOW, by=BY)
        assert services.switch_key(key=key, on=True, at=NOW, by=BY)
        assert not answering.enable(key=key, at=NOW, by=BY)


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
