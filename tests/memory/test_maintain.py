"""`maintain` does all that a database needs now and then, or parts of it, as older commands do."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import services
from accounts.models import AuditEvent, Project, User
from apikeys.models import LoggedRequest, Notice
from apikeys.usage.collector import Collector
from foundation.identifiers import first_id, new_id
from memory.management import upkeep
from memory.models import Memory
from tests.makers import BY, make_key, make_project, sample

DAY = timedelta(days=1)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def due(owner: User, project: Project) -> None:
    """Leave something to do for each part."""
    now = timezone.now()
    Memory.objects.create(
        subject_id=project.pk,
        scope="preferences",
        project_id=project.pk,
        environment="test",
        user_id="user_1",
        source="inferred",
        value_json="{}",
        created_at=now - 2 * DAY,
        expires_at=now - DAY,
    )
    services.delete_project(project=make_project(owner), at=now - DAY, by=BY)
    key, _ = make_key(project, at=now - 30 * DAY, expires_at=now + 6 * DAY)
    old = Collector()
    old.record(sample(now - 30 * DAY, project_id=project.pk, key_id=key.pk))
    old.flush()
    LoggedRequest.objects.update(id="01000000-0000-7000-8000-000000000000")
    Notice.objects.all().delete()  # of the first use of the key
    mail.outbox.clear()


def left() -> tuple[int, int, int, int]:
    return (
        Memory.objects.count(),
        Project.objects.filter(deleted_at__isnull=False, erased_at=None).count(),
        LoggedRequest.objects.count(),
        len(mail.outbox),
    )


@pytest.mark.django_db
class TestMaintain:
    def test_it_does_everything_and_says_how_much(self, due: None) -> None:
        assert left() == (1, 1, 1, 0)
        line = run("maintain")
        assert left() == (0, 0, 0, 1)
        for count in ("1 memories", "1 projects", "1 logged requests", "1 mails sent"):
            assert count in line
        assert line.startswith("Done: ")
        assert "1 memories" not in run("maintain")

    @pytest.mark.parametrize(
        ("arguments", "done"),
        [
            (("maintain", "--only=expired"), (0, 1, 1, 0)),
            (("maintain", "--only=erasures"), (1, 0, 1, 0)),
            (("maintain", "--only=usage"), (1, 1, 0, 0)),
            (("maintain", "--only=mails"), (1, 1, 1, 1)),
            (("maintain", "--only=expired", "--only=mails"), (0, 1, 1, 1)),
            (("purge",), (0, 0, 1, 0)),
            (("prune",), (1, 1, 0, 0)),
            (("notify",), (1, 1, 1, 1)),
        ],
    )
    def test_parts_are_done_alone(
        self, due: None, arguments: tuple[str, ...], done: tuple[int, ...]
    ) -> None:
        run(*arguments)
        assert left() == done

    def test_the_record_stays_until_an_age_is_given(self, due: None) -> None:
        old = AuditEvent.objects.filter(request_id="old")
        before = AuditEvent.objects.count()
        AuditEvent.objects.create(
            id="01000000-0000-7000-8000-000000000000",
            subject_id="01000000-0000-7000-8000-000000000000",
            event_type="KEY_CREATE",
            app_id="01000000-0000-7000-8000-000000000000",
            environment="test",
            decision_id="01000000-0000-7000-8000-000000000000",
            request_id="old",
            created_at=timezone.now() - 400 * DAY,
        )
        assert "audit events" not in run("maintain")
        assert old.count() == 1
        assert "1 audit events" in run("maintain", "--audit-days=365")
        assert not old.exists()
        assert AuditEvent.objects.count() == before + 2  # of the erasure and of the removal

    def test_a_setting_says_how_long_the_record_is_kept(
        self, due: None, settings: Settings
    ) -> None:
        assert settings.AUDIT_DAYS == 0
        ids = {name: new_id() for name in ("subject_id", "app_id", "decision_id")}
        for days in (31, 29):
            at = timezone.now() - days * DAY
            known = {"event_type": "KEY_CREATE", "environment": "test", "request_id": "old"}
            AuditEvent.objects.create(
                id=UUID(int=first_id(at).int + 1), created_at=at, **ids, **known
            )
        assert "audit events" not in run("maintain")
        settings.AUDIT_DAYS = 30
        assert "1 audit events" in run("maintain", "--only=record")
        assert AuditEvent.objects.filter(request_id="old").count() == 1
        assert "1 audit events" in run("purge", "--audit-days=28")

    @pytest.mark.parametrize(
        "wrong",
        [
            ["--batch=0"],
            ["--audit-days=0"],
            ["--only=everything"],
            ["--only=record"],
            ["--only=usage", "--audit-days=9"],
        ],
    )
    def test_an_impossible_option_is_refused(self, due: None, wrong: list[str]) -> None:
        with pytest.raises(CommandError):
            run("maintain", *wrong)
        assert left() == (1, 1, 1, 0)

    def test_every_part_is_in_the_table(self) -> None:
        assert upkeep.__doc__ is not None
        assert all(f"| `{part}` |" in upkeep.__doc__ for part in upkeep.PARTS)
