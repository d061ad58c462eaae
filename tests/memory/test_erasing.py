"""What deleted projects and closed accounts held is erased, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import erasing, services
from accounts.allauth_internals import TOTP
from accounts.models import AuditEvent, Project, User
from apikeys.models import KeyAddress, LoggedRequest, Notice
from apikeys.usage.collector import Collector
from memory import retention
from memory.models import IdempotencyClaim, IdempotencyRecord, Memory, RevocationGrant
from proof import erasing as proof_erasing
from proof import sealing
from proof.models import SealedEvent
from tests.doors import Api, signed_in
from tests.makers import BY, NOW, make_key, make_project, memory_body, sample


def fill(project: Project) -> None:
    api = Api(make_key(project, "Filler", at=NOW)[1])
    api.remember()
    api.post("/memory", memory_body(user_id="user_2"), HTTP_IDEMPOTENCY_KEY="one")
    api.read()


def held(project: Project) -> list[int]:
    models = (Memory, RevocationGrant, IdempotencyRecord, IdempotencyClaim)
    return [model.objects.filter(project_id=project.pk).count() for model in models]


@pytest.mark.django_db
class TestADeletedProject:
    def test_it_is_erased_and_others_are_not(self, owner: User, project: Project) -> None:
        other = make_project(owner)
        fill(project)
        fill(other)
        before = bytes(project.subject_key)
        services.delete_project(project=project, at=NOW, by=BY)
        later = NOW + timedelta(hours=2)
        assert retention.erase(at=later, batch=1) == {"projects": 1, "accounts": 0}
        assert held(project) == [0, 0, 0, 0]
        assert held(other) == [2, 1, 1, 1]
        record = AuditEvent.objects.filter(app_id=project.pk)
        assert record.filter(event_type="MEMORY_READ").exists()
        assert not record.exclude(user_id=None).exists()
        assert AuditEvent.objects.filter(app_id=other.pk, user_id="user_1").exists()
        project.refresh_from_db()
        assert bytes(project.subject_key) != before
        assert retention.erase(at=later) == {"projects": 0, "accounts": 0}

    def test_no_address_of_its_keys_is_left_and_those_of_others_are(
        self, owner: User, project: Project
    ) -> None:
        key, _ = make_key(project)
        kept, _ = make_key(make_project(owner), "Kept")
        for one, addresses in ((key, ["192.0.2.1"]), (kept, ["192.0.2.2"])):
            for address in ["192.0.2.9", *addresses]:  # of a key's first one nobody is told
                own = Collector()
                whose = {"key_id": one.pk, "project_id": one.project_id}
                secret = {"secret_id": one.current_secret().pk, "address": address}
                for _ in range(3):
                    own.record(sample(NOW, **secret, **whose))
                own.flush()
        services.delete_project(project=project, at=NOW, by=BY)
        retention.erase(at=NOW + timedelta(hours=2), batch=2)
        rows = str([list(model._base_manager.values()) for model in apps.get_models()])
        assert "192.0.2.1" not in rows
        assert rows.count("192.0.2.2") >= 4
        for model in (KeyAddress, LoggedRequest, Notice):
            assert {row.key_id for row in model.objects.all()} == {kept.pk}

    def test_an_erasure_that_stops_half_way_is_not_called_done(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(*args: Any, **options: Any) -> None:
            raise KeyboardInterrupt

        services.delete_project(project=project, at=NOW, by=BY)
        with monkeypatch.context() as stopped:
            stopped.setattr(retention, "forget_project", stop)
            with pytest.raises(KeyboardInterrupt):
                retention.erase(at=NOW + timedelta(hours=2))
        project.refresh_from_db()
        assert project.erased_at is None
        assert retention.erase(at=NOW + timedelta(hours=2))["projects"] == 1

    @pytest.mark.parametrize("at_once", [1, 2, 3, 5])
    def test_rows_are_found_however_many_are_looked_at_together(
        self, owner: User, project: Project, monkeypatch: pytest.MonkeyPatch, at_once: int
    ) -> None:
        monkeypatch.setattr(retention, "AT_ONCE", at_once)
        others = [make_project(owner, name) for name in ("Before", "After")]
        for one in (others[0], project, others[1]):
            fill(one)
        services.delete_project(project=project, at=NOW, by=BY)
        retention.erase(at=NOW + timedelta(hours=2), batch=2)
        assert held(project) == [0, 0, 0, 0]
        assert [held(other) for other in others] == [[2, 1, 1, 1]] * 2

    def test_what_is_empty_already_is_not_written_again(self, project: Project) -> None:
        fill(project)
        sealing.seal_since(None, at=NOW)
        for _ in range(2):  # the second run empties what nobody did yet, and does no more
            with CaptureQueriesContext(connection) as asked:
                erasing.forget_words(project.pk, batch=2)
                proof_erasing.forget_words(project.pk, batch=2)
        emptying = [one["sql"] for one in asked if "UPDATE" in one["sql"]]
        assert not any("accounts_auditevent" in one for one in emptying)
        assert not AuditEvent.objects.filter(app_id=project.pk).exclude(user_id=None).exists()
        assert not SealedEvent.objects.exclude(typed_salt=None).exists()

    def test_requests_that_began_before_it_may_end(self, owner: User, project: Project) -> None:
        services.delete_project(project=project, at=NOW, by=BY)
        assert retention.erase(at=NOW + timedelta(minutes=59))["projects"] == 0


@pytest.mark.django_db
class TestAClosedAccount:
    @pytest.fixture
    def closed(self, owner: User, project: Project) -> datetime:
        fill(project)
        TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
        signed_in(owner).get("/console/projects/")
        services.close_account(user=owner, at=NOW, by=BY)
        return NOW + timedelta(days=14)

    def test_it_is_kept_until_its_last_second(self, closed: datetime, project: Project) -> None:
        assert retention.erase(at=closed - timedelta(seconds=1)) == {"projects": 0, "accounts": 0}
        assert held(project) == [2, 1, 1, 1]

    def test_nothing_of_the_person_is_left_then(
        self, closed: datetime, owner: User, project: Project
    ) -> None:
        browser = signed_in(owner)
        assert retention.erase(at=closed) == {"projects": 1, "accounts": 1}
        assert held(project) == [0, 0, 0, 0]
        owner.refresh_from_db()
        assert owner.email.endswith("@erased.invalid")
        assert not owner.is_active
        assert not owner.has_usable_password()
        assert not EmailAddress.objects.filter(user=owner).exists()
        assert not Authenticator.objects.filter(user=owner).exists()
        assert browser.get("/console/projects/").status_code == 302
        assert retention.erase(at=closed) == {"projects": 0, "accounts": 0}

    def test_it_cannot_be_taken_back_any_more(self, closed: datetime, owner: User) -> None:
        with pytest.raises(services.AlreadyGone):
            services.reopen_account(user=owner, at=closed, by=BY)

    def test_one_that_was_taken_back_is_not_erased(self, closed: datetime, owner: User) -> None:
        services.reopen_account(user=owner, at=closed - timedelta(days=1), by=BY)
        assert retention.erase(at=closed) == {"projects": 0, "accounts": 0}
