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
from apikeys.models import ApiKey, Flag
from tests.apikeys.drifting import DAY, four_weeks, turn, use
from tests.apikeys.mailed import subjects
from tests.mailbox import mailbox
from tests.makers import BY, NOW, make_key

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
