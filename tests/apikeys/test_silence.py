"""A replaced secret that nobody uses ends by itself, to the second, if its owner chose so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent, Project, User
from apikeys import services, tokens
from apikeys.authentication import find_principal
from apikeys.models import SILENCE, ApiKey, Secret
from apikeys.usage.collector import Collector
from console.summaries import summary
from tests.doors import Api, signed_in
from tests.makers import BY, NOW, make_key, sample

pytestmark = pytest.mark.django_db
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def rotate(key: ApiKey, old: str, *, ends_when_silent: bool = True, grace: timedelta = DAY) -> str:
    return services.rotate_key(
        key=key,
        last_four=tokens.last_four(old),
        grace=grace,
        ends_when_silent=ends_when_silent,
        at=NOW,
        by=BY,
    )


def use(old: str, *, at: datetime) -> None:
    """Record a request with the old secret, as the service does."""
    secret = Secret.objects.get(digest=tokens.digest(old))
    own = Collector()
    own.record(sample(at, key_id=secret.key_id, secret_id=secret.pk))
    assert own.flush() == 1


def works(plaintext: str, *, at: datetime) -> bool:
    return find_principal(plaintext, at=at) is not None


def end_silent(*, at: datetime) -> int:
    return services.end_silent(at=at)


class TestASecretThatFallsSilent:
    def test_it_ends_an_hour_after_a_rotation_that_nobody_missed(self, project: Project) -> None:
        key, old = make_key(project)
        new = rotate(key, old)
        assert works(old, at=NOW + SILENCE - MOMENT)
        assert not works(old, at=NOW + SILENCE)
        assert works(new, at=NOW + SILENCE)

    def test_each_use_gives_it_another_hour(self, project: Project) -> None:
        key, old = make_key(project)
        rotate(key, old)
        heard = NOW + timedelta(minutes=50)
        use(old, at=heard)
        assert works(old, at=heard + SILENCE - MOMENT)
        assert not works(old, at=heard + SILENCE)

    def test_a_use_before_the_rotation_does_not_shorten_its_hour(self, project: Project) -> None:
        key, old = make_key(project)
        use(old, at=NOW - DAY)
        rotate(key, old)
        assert works(old, at=NOW + SILENCE - MOMENT)
        assert not works(old, at=NOW + SILENCE)

    def test_its_grace_ends_all_the_same(self, project: Project) -> None:
        key, old = make_key(project)
        rotate(key, old, grace=timedelta(hours=2))
        for minutes in (50, 100):
            use(old, at=NOW + timedelta(minutes=minutes))
        assert works(old, at=NOW + timedelta(hours=2) - MOMENT)
        assert not works(old, at=NOW + timedelta(hours=2))

    def test_no_grace_is_promised_beyond_the_keys_own_expiry(self, project: Project) -> None:
        key, old = make_key(project, expires_at=NOW + timedelta(hours=2))
        rotate(key, old, ends_when_silent=False)
        assert Secret.objects.get(digest=tokens.digest(old)).ends_at == key.expires_at

    def test_where_it_was_not_chosen_silence_ends_nothing(self, project: Project) -> None:
        key, old = make_key(project)
        rotate(key, old, ends_when_silent=False)
        assert works(old, at=NOW + DAY - MOMENT)
        assert end_silent(at=NOW + SILENCE) == 0

    def test_the_current_secret_never_falls_silent(self, project: Project) -> None:
        key, old = make_key(project)
        new = rotate(key, old)
        assert works(new, at=NOW + 300 * DAY)


class TestItsEndIsWrittenDown:
    def test_once_with_its_moment_and_in_the_record(self, project: Project) -> None:
        key, old = make_key(project)
        rotate(key, old)
        use(old, at=NOW + timedelta(minutes=10))
        assert end_silent(at=NOW + timedelta(minutes=70) - MOMENT) == 0
        later = NOW + timedelta(hours=5)
        assert [end_silent(at=later) for _ in range(2)] == [1, 0]
        secret = Secret.objects.get(digest=tokens.digest(old))
        assert secret.ends_at == NOW + timedelta(minutes=70)
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert (event.meta["actor"], event.meta["grace"]) == ("silence", "ended")

    def test_pages_do_not_wait_for_that(self, project: Project) -> None:
        key, old = make_key(project)
        rotate(key, old)
        seen = ApiKey.objects.with_secrets().select_related("project").get(pk=key.pk)
        assert len(summary(seen, at=NOW + SILENCE - MOMENT).grace) == 1
        assert summary(seen, at=NOW + SILENCE).grace == ()


class TestThePages:
    def test_the_owner_chooses_it_and_sees_it(self, owner: User, project: Project) -> None:
        key, old = make_key(project)
        browser = signed_in(owner)
        sent: dict[str, Any] = {"grace": "24", "last_four": tokens.last_four(old)}
        page = browser.post(f"/console/keys/{key.pk}/rotate/", {**sent, "ends_when_silent": "on"})
        assert page.status_code == 200
        assert Secret.objects.get(digest=tokens.digest(old)).ends_when_silent
        page = browser.get(f"/console/keys/{key.pk}/")
        assert "unless it is used before" in page.content.decode()
        assert Api(old).get("/policy").status_code == 200

    def test_it_is_not_chosen_for_the_owner(self, owner: User, project: Project) -> None:
        key, old = make_key(project)
        sent = {"grace": "24", "last_four": tokens.last_four(old)}
        signed_in(owner).post(f"/console/keys/{key.pk}/rotate/", sent)
        assert not Secret.objects.get(digest=tokens.digest(old)).ends_when_silent
