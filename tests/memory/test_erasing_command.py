"""Erasing one end user from the shell, for whom a request would take too long."""

from __future__ import annotations

import pytest
from django.core.management import CommandError
from django.db import DatabaseError

from accounts.models import AuditEvent, Project, User
from memory.models import Memory
from proof import receipts, signing
from tests.apikeys.test_commands import run
from tests.doors import Api
from tests.makers import make_key, make_project
from tests.memory.answers import rows_stored
from tests.memory.broken import WAYS, broken_record
from tests.memory.test_erased_words import dump
from tests.memory.test_erasing_users import WORD, fill

COUNTS = "4 memories, 2 open grants, 1 kept answers; 10 events emptied."


def test_it_leaves_nothing_of_the_user_and_everything_of_others(
    api: Api, owner: User, project: Project
) -> None:
    fill(api, WORD)
    live = Api(make_key(project, "Live", environment="live")[1])
    live.remember(user_id=WORD)
    api.remember(user_id="user_2")
    lines, _ = run("eraseuser", owner.email, WORD, "--environment=test")
    erased, receipt = lines
    assert erased == f"Erased: {COUNTS}"
    told = signing.read(receipt.removeprefix("Receipt: "), typ=receipts.TYPE)
    assert (told["kind"], told["environment"]) == ("erase", "test")
    assert {memory.user_id for memory in Memory.objects.filter(environment="test")} == {"user_2"}
    assert Memory.objects.filter(environment="live").count() == 1
    event = AuditEvent.objects.get(event_type="USER_ERASE")
    assert (event.app_id, event.environment, event.user_id) == (project.pk, "test", None)
    assert event.meta["actor"] == "command"
    assert event.meta["memories_deleted"] == 4
    run("eraseuser", owner.email, WORD, "--environment=live")
    assert not [place for place, text in dump() if WORD in text]


def test_a_dry_run_says_what_it_would_erase_and_changes_nothing(api: Api, owner: User) -> None:
    fill(api, WORD)
    before = rows_stored()
    lines, _ = run("eraseuser", owner.email, WORD, "--environment=test", "--dry-run")
    assert lines == [f"Would erase: {COUNTS}"]
    assert rows_stored() == {**before, "AuditEvent": before["AuditEvent"] + 1}
    event = AuditEvent.objects.get(event_type="USER_VIEW")
    assert (event.user_id, event.meta) == (None, {"actor": "command", "dry_run": True})


@pytest.mark.parametrize("user_id", ["", " ", "a\x00b", "x" * 256])
def test_what_is_no_users_id_is_said_to_be_none(
    owner: User, project: Project, user_id: str
) -> None:
    with pytest.raises(CommandError, match="'user_id'"):
        run("eraseuser", owner.email, user_id, "--environment=test")


def test_a_project_that_is_not_named_is_asked_for(owner: User, project: Project) -> None:
    make_project(owner=owner, name="Second")
    with pytest.raises(CommandError, match="Say which by --project"):
        run("eraseuser", owner.email, "user_1", "--environment=test")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_without_its_record_nothing_is_erased(api: Api, owner: User, way: str) -> None:
    fill(api, WORD)
    before = rows_stored()
    with broken_record(way), pytest.raises(DatabaseError):
        run("eraseuser", owner.email, WORD, "--environment=test")
    assert rows_stored() == before
