"""Of replaced secrets each ends by itself; a key that opens nothing gets no new one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent, Project
from apikeys import services
from apikeys.authentication import find_principal
from apikeys.models import ApiKey, Secret
from tests.makers import BY, NOW, make_key

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def rotate(key: ApiKey, old: str) -> str:
    return services.rotate_key(key=key, last_four=old[-4:], grace=DAY, at=NOW, by=BY)


def end(key: ApiKey, secret: Secret, *, though_used: bool = False) -> bool:
    return services.end_secret(
        key=key, secret_id=secret.pk, though_used=though_used, at=NOW + HOUR, by=BY
    )


class TestEndingOne:
    def test_the_others_go_on(self, project: Project) -> None:
        key, first = make_key(project)
        second = rotate(key, first)
        third = rotate(key, second)
        assert end(key, key.secrets.get(last_four=second[-4:]))
        found = [find_principal(one, at=NOW + HOUR) for one in (first, second, third)]
        assert [one is not None for one in found] == [True, False, True]
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert (event.meta["grace"], event.meta["last_four"]) == ("ended", second[-4:])

    def test_a_second_time_it_ends_and_records_nothing(self, project: Project) -> None:
        key, first = make_key(project)
        rotate(key, first)
        secret = key.secrets.get(last_four=first[-4:])
        assert [end(key, secret) for _ in range(2)] == [True, False]
        assert AuditEvent.objects.filter(event_type="KEY_UPDATE").count() == 1

    def test_the_current_one_is_not_ended(self, project: Project) -> None:
        key, plaintext = make_key(project)
        assert not end(key, key.current_secret(), though_used=True)
        assert find_principal(plaintext, at=NOW + HOUR) is not None

    def test_one_of_another_key_is_not_ended(self, project: Project) -> None:
        key, _ = make_key(project)
        other, old = make_key(project, "Other")
        rotate(other, old)
        assert not end(key, other.secrets.get(last_four=old[-4:]))
        assert find_principal(old, at=NOW + HOUR) is not None

    def test_one_that_is_still_used_ends_only_when_that_is_known(self, project: Project) -> None:
        key, first = make_key(project)
        rotate(key, first)
        key.secrets.filter(last_four=first[-4:]).update(last_used_at=NOW + timedelta(minutes=1))
        secret = key.secrets.get(last_four=first[-4:])
        with pytest.raises(services.SecretInUse):
            end(key, secret)
        assert find_principal(first, at=NOW + HOUR) is not None
        assert end(key, secret, though_used=True)
        assert find_principal(first, at=NOW + HOUR) is None


class TestAKeyThatOpensNothing:
    @pytest.mark.parametrize("state", ["expired", "disabled", "project"])
    def test_it_is_not_rotated(self, project: Project, state: str) -> None:
        options: dict[str, Any] = {"at": NOW - 2 * DAY}
        if state == "expired":
            options["expires_at"] = NOW
        key, old = make_key(project, **options)
        if state == "disabled":
            services.switch_key(key=key, on=False, at=NOW, by=BY)
        if state == "project":
            Project.objects.update(disabled_at=NOW)
        with pytest.raises(services.KeyUnusable):
            rotate(ApiKey.objects.get(pk=key.pk), old)
        assert key.secrets.count() == 1
        assert not AuditEvent.objects.filter(event_type="KEY_ROTATE").exists()
