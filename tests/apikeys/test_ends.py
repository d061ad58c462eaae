"""A key and a replaced secret are served until their end, and not at it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Project
from apikeys import services
from tests.doors import Api
from tests.makers import BY, NOW, make_key

pytestmark = pytest.mark.django_db
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
# Ends on a second, as people name them, and between two, as `now` and a number of days make them.
ENDS = [HOUR, HOUR + timedelta(microseconds=123_456), 2 * HOUR - MOMENT]


class Door:
    """Asks the API at a moment of the test's choice: for authentication it is the clock."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def status(self, plaintext: str, *, at: datetime) -> int:
        self.at = at
        return Api(plaintext).get("/policy").status_code


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    door = Door()
    monkeypatch.setattr("apikeys.authentication.timezone", door)
    return door


class TestAKeyThatExpires:
    @pytest.mark.parametrize("life", ENDS)
    def test_it_is_served_until_its_end_and_not_at_it(
        self, door: Door, project: Project, life: timedelta
    ) -> None:
        _, plaintext = make_key(project, expires_at=NOW + life)
        assert door.status(plaintext, at=NOW) == 200
        assert door.status(plaintext, at=NOW + life - MOMENT) == 200
        assert door.status(plaintext, at=NOW + life) == 401
        assert door.status(plaintext, at=NOW + life + MOMENT) == 401

    def test_its_end_does_not_end_others(self, door: Door, project: Project) -> None:
        _, short = make_key(project, "Short", expires_at=NOW + HOUR)
        _, lasting = make_key(project, "Lasting")
        _, long = make_key(project, "Long", expires_at=NOW + HOUR + MOMENT)
        keys = (short, lasting, long)
        assert [door.status(key, at=NOW + HOUR) for key in keys] == [401, 200, 200]


class TestASecretThatWasReplaced:
    def rotate(self, project: Project, grace: timedelta, **fields: Any) -> tuple[str, str]:
        """Rotate a new key; return its old secret and its new one."""
        key, old = make_key(project, **fields)
        new = services.rotate_key(key=key, last_four=old[-4:], grace=grace, at=NOW, by=BY)
        return old, new

    @pytest.mark.parametrize("grace", ENDS)
    def test_it_is_served_until_its_grace_ends_and_not_then(
        self, door: Door, project: Project, grace: timedelta
    ) -> None:
        old, new = self.rotate(project, grace)
        ends = NOW + grace
        assert [door.status(one, at=ends - MOMENT) for one in (old, new)] == [200, 200]
        assert [door.status(one, at=ends) for one in (old, new)] == [401, 200]

    def test_without_grace_it_ends_with_the_rotation(self, door: Door, project: Project) -> None:
        old, new = self.rotate(project, timedelta(0))
        assert [door.status(one, at=NOW) for one in (old, new)] == [401, 200]

    def test_its_grace_does_not_outlive_the_key(self, door: Door, project: Project) -> None:
        ends = NOW + HOUR
        both = self.rotate(project, 24 * HOUR, expires_at=ends)
        assert [door.status(one, at=ends - MOMENT) for one in both] == [200, 200]
        for late in (ends, ends + MOMENT, NOW + 24 * HOUR - MOMENT):
            assert [door.status(one, at=late) for one in both] == [401, 401]

    def test_a_grace_that_ends_before_the_key_is_not_prolonged(
        self, door: Door, project: Project
    ) -> None:
        both = self.rotate(project, HOUR, expires_at=NOW + HOUR + MOMENT)
        assert [door.status(one, at=NOW + HOUR) for one in both] == [401, 200]
        assert [door.status(one, at=NOW + HOUR + MOMENT) for one in both] == [401, 401]

    def test_a_grace_that_is_ended_early_ends_at_that_moment(
        self, door: Door, project: Project
    ) -> None:
        old, new = self.rotate(project, 24 * HOUR)
        key = project.api_keys.get()
        (secret,) = key.secrets.exclude(replaced_at=None)
        services.end_secret(key=key, secret_id=secret.pk, though_used=True, at=NOW + HOUR, by=BY)
        assert [door.status(one, at=NOW + HOUR - MOMENT) for one in (old, new)] == [200, 200]
        assert [door.status(one, at=NOW + HOUR) for one in (old, new)] == [401, 200]
