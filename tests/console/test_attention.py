"""Which keys need their owner: each with one sentence, the most urgent first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Project
from apikeys.models import ApiKey, Secret
from apikeys.services import delete_key, rotate_key
from apikeys.usage.collector import collector
from console.attention import concerns, live_keys
from tests.makers import BY, make_key, sample

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def key(project: Project) -> ApiKey:
    return make_key(project, "Checkout")[0]


def use(key: ApiKey, at: datetime, **changed: Any) -> None:
    secret = changed.pop("secret", None) or key.current_secret()
    whose = {"project_id": key.project_id, "key_id": key.pk, "secret_id": secret.pk}
    collector.record(sample(at, **whose, **changed))
    collector.flush()


def sentences(project: Project, at: datetime, environment: str = "test") -> list[str]:
    keys = live_keys(project, environment)
    return [one.sentence for one in concerns(keys, project, environment, at=at)]


def test_a_key_that_is_used_needs_nobody(project: Project, key: ApiKey, now: datetime) -> None:
    use(key, now)
    assert sentences(project, now) == []


class TestOldSecret:
    @pytest.fixture
    def old(self, key: ApiKey, now: datetime) -> Secret:
        old = key.current_secret()
        rotate_key(key=key, last_four=old.last_four, grace=DAY, at=now, by=BY)
        return old

    def test_says_how_often_it_is_still_used_and_when_it_stops(
        self, project: Project, key: ApiKey, old: Secret, now: datetime
    ) -> None:
        at = now + 15 * HOUR
        for _ in range(3):
            use(key, at, secret=old)
        assert sentences(project, at) == [
            "Old secret still used, 3 times in the last hour. It stops in 9 hours, at 12:00 UTC."
        ]

    def test_without_a_log_it_is_said_without_a_number(
        self, project: Project, key: ApiKey, old: Secret, now: datetime, settings: Any
    ) -> None:
        settings.REQUEST_LOG_DAYS = 0
        use(key, now + HOUR, secret=old)
        assert sentences(project, now + HOUR) == [
            "Old secret still used. It stops in 23 hours, at 12:00 UTC."
        ]

    def test_one_that_is_silent_or_over_is_no_concern(
        self, project: Project, key: ApiKey, old: Secret, now: datetime
    ) -> None:
        use(key, now + HOUR, secret=old)
        assert sentences(project, now + 3 * HOUR) == []
        use(key, now + 24 * HOUR, secret=old)
        assert sentences(project, now + 24 * HOUR) == []


class TestEnds:
    @pytest.mark.parametrize(
        ("left", "words"),
        [
            (5 * DAY, "Expires in 5 days, on 28 Nov."),
            (14 * DAY, "Expires in 14 days, on 7 Dec."),
            (30 * HOUR, "Expires in 30 hours, at 18:00 UTC."),
            (timedelta(minutes=50), "Expires in 50 minutes, at 12:50 UTC."),
            (timedelta(seconds=5), "Expires in 1 minute, at 12:00 UTC."),
        ],
    )
    def test_soon_is_said_rounded_and_dated(
        self, project: Project, now: datetime, left: timedelta, words: str
    ) -> None:
        make_key(project, "Soon", expires_at=now + left)
        assert sentences(project, now) == [words]

    def test_later_or_never_is_no_concern(self, project: Project, now: datetime) -> None:
        make_key(project, "Later", expires_at=now + 15 * DAY)
        assert sentences(project, now) == []

    def test_one_that_was_in_use_until_it_expired_is_told_for_a_week(
        self, project: Project, now: datetime
    ) -> None:
        key, _ = make_key(project, "Expired", expires_at=now + 2 * DAY)
        make_key(project, "Forgotten", expires_at=now + 2 * DAY)
        use(key, now + 2 * DAY - HOUR)
        assert sentences(project, now + 3 * DAY) == [
            "Expired on 25 Nov, and was in use until then. It answers 401 now."
        ]
        assert sentences(project, now + 10 * DAY) == []


class TestUse:
    def test_one_that_nobody_used_for_long(
        self, project: Project, key: ApiKey, now: datetime
    ) -> None:
        assert sentences(project, now + 29 * DAY) == []
        assert sentences(project, now + 31 * DAY) == [
            "Never used in 31 days. Delete it if nothing needs it."
        ]
        use(key, now + DAY)
        assert sentences(project, now + 35 * DAY) == [
            "Unused for 34 days. Delete it if nothing needs it."
        ]

    def test_one_that_reached_its_limit_today(
        self, project: Project, key: ApiKey, now: datetime
    ) -> None:
        for _ in range(2):
            use(key, now - HOUR, status=429, code="rate_limited")
        assert sentences(project, now) == [
            "Reached its limit: 2 requests were turned away in the last 24 hours,"
            " the last in the hour from 11:00 UTC."
        ]
        assert sentences(project, now + 26 * HOUR) == []

    def test_the_most_urgent_comes_first_and_each_key_once(
        self, project: Project, key: ApiKey, now: datetime
    ) -> None:
        soon, _ = make_key(project, "Soon", expires_at=now + 40 * DAY)
        use(soon, now + 34 * DAY, status=429, code="rate_limited")
        found = concerns(live_keys(project, "test"), project, "test", at=now + 34 * DAY + HOUR)
        assert [(one.key.name, one.icon) for one in found] == [
            ("Soon", "gauge"),
            ("Checkout", "moon"),
        ]

    def test_deleted_keys_and_those_of_the_other_environment_are_none(
        self, project: Project, key: ApiKey, now: datetime
    ) -> None:
        make_key(project, "Live", environment="live", expires_at=now + DAY)
        delete_key(key=key, at=now, by=BY)
        assert sentences(project, now + 31 * DAY) == []
        assert sentences(project, now, "live") == ["Expires in 24 hours, at 12:00 UTC."]
