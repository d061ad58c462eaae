"""Issuing, rotating, switching and deleting keys, and what the record keeps of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.audit import ChangedBy
from accounts.limits import LimitRefused
from accounts.models import AuditEvent, Project, User
from apikeys import services, tokens
from apikeys.authentication import find_principal
from apikeys.models import ApiKey, Secret
from tests.makers import make_key, make_project

WHO = ChangedBy(actor="test", request_id="req-1")


def rotate(key: ApiKey, at: datetime, *, last_four: str | None = None, hours: int = 24) -> str:
    last_four = last_four or key.current_secret().last_four
    return services.rotate_key(
        key=key, last_four=last_four, grace=timedelta(hours=hours), at=at, by=WHO
    )


class TestIssue:
    def test_the_key_opens_its_project_with_its_rights(
        self, project: Project, now: datetime
    ) -> None:
        key, plaintext = make_key(
            project, permissions=["memory:read"], scopes=["schedule"], rate_limit=5
        )
        principal = find_principal(plaintext, at=now)
        assert principal is not None
        assert (principal.key_id, principal.project_id) == (key.pk, project.pk)
        assert principal.environment == "test"
        assert principal.permissions == {"memory:read"}
        assert principal.scopes == frozenset({"schedule"})
        assert principal.purpose_classes is None
        assert principal.rate_limit == 5

    def test_the_plaintext_is_nowhere_in_the_database(self, project: Project) -> None:
        _, plaintext = make_key(project)
        secret = Secret.objects.get()
        assert bytes(secret.digest) == tokens.digest(plaintext)
        stored = str(list(ApiKey.objects.values())) + str(list(AuditEvent.objects.values()))
        assert plaintext not in stored
        assert plaintext[8:-4] not in stored + str(list(Secret.objects.values()))
        assert secret.masked == f"sk_test_••••{plaintext[-4:]}"

    def test_it_is_recorded(self, project: Project, now: datetime) -> None:
        key, _ = make_key(project, name="Laptop", by=ChangedBy(actor="someone", request_id="test"))
        event = AuditEvent.objects.get(event_type="KEY_CREATE")
        assert (event.app_id, event.subject_id) == (project.pk, project.pk)
        assert (event.api_key_id, event.environment, event.created_at) == (key.pk, "test", now)
        assert event.meta == {"actor": "someone", "name": "Laptop"}

    def test_a_live_name_is_taken_however_it_is_written(self, project: Project) -> None:
        make_key(project, name="Laptop")
        with pytest.raises(services.NameTaken):
            make_key(project, name="LAPTOP")
        assert ApiKey.objects.count() == 1
        assert AuditEvent.objects.filter(event_type="KEY_CREATE").count() == 1

    def test_another_project_may_have_the_name(self, owner: User, project: Project) -> None:
        make_key(project, name="Laptop")
        make_key(make_project(owner), name="Laptop")
        assert ApiKey.objects.count() == 2

    def test_a_deleted_keys_name_is_free(self, project: Project, now: datetime) -> None:
        key, _ = make_key(project, name="Laptop")
        services.delete_key(key=key, at=now, by=WHO)
        make_key(project, name="Laptop")
        assert ApiKey.objects.live().count() == 1

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": " "},
            {"name": "x" * 51},
            {"name": "two\nlines"},
            {"environment": "prod"},
            {"permissions": []},
            {"permissions": ["memory:everything"]},
            {"scopes": []},
            {"scopes": ["everything"]},
            {"purpose_classes": ["unrecognized"]},
            {"rate_limit": 0},
            {"expires_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")},
        ],
        ids=str,
    )
    def test_impossible_settings_are_refused(
        self, project: Project, fields: dict[str, Any]
    ) -> None:
        with pytest.raises((services.InvalidKeySettings, LimitRefused)):
            make_key(project, **fields)
        assert not ApiKey.objects.exists()


class TestRotate:
    def test_both_secrets_work_until_the_second_the_grace_ends(
        self, project: Project, now: datetime
    ) -> None:
        key, old = make_key(project)
        new = rotate(key, now, hours=1)
        end = now + timedelta(hours=1)
        assert find_principal(old, at=end - timedelta(microseconds=1)) is not None
        assert find_principal(old, at=end) is None
        principal = find_principal(new, at=end)
        assert principal is not None
        assert principal.key_id == key.pk

    def test_without_a_grace_the_old_secret_ends_at_once(
        self, project: Project, now: datetime
    ) -> None:
        key, old = make_key(project)
        rotate(key, now, hours=0)
        assert find_principal(old, at=now) is None

    def test_sent_twice_it_happens_once(self, project: Project, now: datetime) -> None:
        key, old = make_key(project)
        new = rotate(key, now, last_four=old[-4:])
        with pytest.raises(services.KeyChanged):
            rotate(key, now, last_four=old[-4:])
        assert find_principal(new, at=now) is not None
        assert Secret.objects.count() == 2

    def test_it_is_recorded(self, project: Project, now: datetime) -> None:
        key, _ = make_key(project)
        rotate(key, now)
        event = AuditEvent.objects.get(event_type="KEY_ROTATE")
        assert event.meta == {"actor": "test", "name": "Key", "grace_seconds": 86400}

    def test_a_deleted_key_is_not_rotated(self, project: Project, now: datetime) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, at=now, by=WHO)
        with pytest.raises(services.KeyEnded):
            rotate(key, now)


class TestEnd:
    def test_a_deleted_key_opens_nothing_and_stays_on_record(
        self, project: Project, now: datetime
    ) -> None:
        key, plaintext = make_key(project)
        services.delete_key(key=key, at=now, by=WHO)
        assert find_principal(plaintext, at=now) is None
        assert AuditEvent.objects.filter(event_type="KEY_DELETE", api_key_id=key.pk).exists()
        with pytest.raises(services.KeyEnded):
            services.delete_key(key=key, at=now, by=WHO)

    def test_an_operator_switches_a_key_off_and_on(self, project: Project, now: datetime) -> None:
        key, plaintext = make_key(project)
        services.switch_key(key=key, on=False, at=now, by=WHO)
        assert find_principal(plaintext, at=now) is None
        services.switch_key(key=key, on=True, at=now, by=WHO)
        assert find_principal(plaintext, at=now) is not None
        states = AuditEvent.objects.filter(event_type="KEY_UPDATE").order_by("id")
        assert [event.meta["disabled"] for event in states] == [True, False]

    def test_expiry_is_to_the_second(self, project: Project, now: datetime) -> None:
        end = now + timedelta(days=1)
        _, plaintext = make_key(project, expires_at=end)
        assert find_principal(plaintext, at=end - timedelta(microseconds=1)) is not None
        assert find_principal(plaintext, at=end) is None


class TestTheDatabaseEnforcesIt:
    def test_a_key_has_one_current_secret(self, project: Project) -> None:
        key, _ = make_key(project)
        with pytest.raises(IntegrityError), transaction.atomic():
            Secret.objects.create(key=key, digest=b"x" * 32, last_four="xxxx")

    def test_a_replaced_secret_has_an_end(self, project: Project, now: datetime) -> None:
        key, _ = make_key(project)
        with pytest.raises(IntegrityError), transaction.atomic():
            key.secrets.update(replaced_at=now)

    def test_a_key_is_of_a_known_environment(self, project: Project) -> None:
        key, _ = make_key(project)
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.filter(pk=key.pk).update(environment="prod")
