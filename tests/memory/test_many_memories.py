"""The record of a large read does not grow with it, and still answers which memories it was of."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, IdList, Project, User
from foundation.identifiers import new_id
from memory import retention
from memory.models import Memory
from tests.doors import Api, Response, signed_in
from tests.makers import make_project
from tests.memory.conftest import Clock

MANY = 137


def fill(api: Api, count: int) -> list[str]:
    """Let the usual partition hold so many memories. Return their ids in rising order."""
    api.remember()
    first = Memory.objects.defer(None).get()
    for _ in range(count - 1):
        first.pk = new_id()
        first.save(force_insert=True)
    return sorted(str(id_) for id_ in Memory.objects.values_list("pk", flat=True))


def proof(ids: list[str]) -> dict[str, int | str]:
    text = "".join(f"{id_}\n" for id_ in ids)
    return {
        "memory_count": len(ids),
        "memory_ids_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def last(event_type: str) -> AuditEvent:
    return AuditEvent.objects.filter(event_type=event_type).latest("id")


@pytest.mark.django_db
class TestALargeRead:
    def test_it_is_recorded_with_a_count_a_digest_and_the_first_ids(self, api: Api) -> None:
        ids = fill(api, MANY)
        api.read()
        event = last("MEMORY_READ")
        assert event.memory_ids == ids[:100]
        assert event.meta == {"max_age_days": None, "confidence": 0.47, **proof(ids)}
        assert event.all_memory_ids() == ids

    def test_one_of_a_hundred_holds_its_ids_itself(self, api: Api) -> None:
        ids = fill(api, 100)
        api.read()
        event = last("MEMORY_READ")
        assert sorted(event.memory_ids) == sorted(event.all_memory_ids()) == ids
        assert event.meta.keys() == {"max_age_days", "confidence"}
        assert not IdList.objects.exists()

    def test_a_continuation_and_a_revoke_are_recorded_alike(self, api: Api) -> None:
        ids = fill(api, MANY)
        token = api.read()["revocation_token"]
        api.post("/memory/read/continue", {"revocation_token": token})
        assert last("MEMORY_READ").reason_code == "CONTINUE"
        api.revoke(token)
        for event_type in ("MEMORY_READ", "MEMORY_REVOKE"):
            event = last(event_type)
            assert (event.memory_ids, event.all_memory_ids()) == (ids[:100], ids)
            assert proof(ids).items() <= event.meta.items()

    def test_what_is_read_again_the_same_day_is_kept_once(self, clock: Clock, api: Api) -> None:
        ids = fill(api, MANY)
        for _ in range(3):
            api.read()
        assert len(bytes(IdList.objects.get().ids)) == MANY * 16
        clock.advance(days=1)
        api.read()
        assert IdList.objects.count() == 2
        for event in AuditEvent.objects.filter(event_type="MEMORY_READ"):
            assert event.all_memory_ids() == ids


def sent(answer: Response) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.django_db
class TestExports:
    def test_they_tell_all_ids(self, api: Api, project: Project, browser: Client) -> None:
        ids = fill(api, MANY)
        api.read()
        path = f"/console/projects/{project.pk}/test/audit/"
        answer = browser.get(path, {"format": "json", "event_type": "MEMORY_READ"})
        (event,) = [one for one in json.loads(sent(answer)) if one["event_type"] == "MEMORY_READ"]
        assert event["memory_ids"] == ids
        assert event["meta"]["memory_count"] == MANY
        text = sent(browser.get(path, {"format": "csv"})).decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        (row,) = [row for row in rows if row["event_type"] == "MEMORY_READ"]
        assert row["memory_ids"].count('"') == 2 * MANY


@pytest.mark.django_db
class TestPages:
    def test_the_console_shows_one_event_with_all_its_memories(
        self, api: Api, project: Project, browser: Client, stranger: User
    ) -> None:
        ids = fill(api, MANY)
        api.read()
        event = last("MEMORY_READ")
        path = f"/console/projects/{project.pk}/test/audit/{event.pk}/"
        page = browser.get(path).content.decode()
        assert f">{MANY} memories<" in page
        assert event.meta["memory_ids_sha256"] in page
        assert [one for one in ids if f"<code>{one}</code>" not in page] == []
        assert f'href="{path}"' in browser.get(f"/console/projects/{project.pk}/test/audit/").text
        other = make_project(stranger)
        for door in (signed_in(stranger), browser):
            assert door.get(path.replace(str(project.pk), str(other.pk))).status_code == 404

    def test_so_does_the_admin(self, api: Api) -> None:
        ids = fill(api, MANY)
        api.read()
        desk = signed_in(User.objects.create_superuser("op@example.com"), second_factor=True)
        event = last("MEMORY_READ")
        page = desk.get(f"/admin/accounts/auditevent/{event.pk}/change/").content.decode()
        assert ", ".join(ids) in page


@pytest.mark.django_db
class TestItsEnd:
    def test_a_list_goes_when_no_event_of_its_day_is_left(self, api: Api) -> None:
        fill(api, MANY)
        api.read()
        midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        tomorrow = midnight + timedelta(days=1)
        retention.purge_record(before=midnight, at=tomorrow)
        assert len(last("MEMORY_READ").all_memory_ids()) == MANY
        retention.purge_record(before=tomorrow - timedelta(microseconds=1), at=tomorrow)
        assert IdList.objects.count() == 1
        retention.purge_record(before=tomorrow, at=tomorrow)
        assert set(AuditEvent.objects.values_list("event_type", flat=True)) == {"RECORD_PRUNE"}
        assert not IdList.objects.exists()

    def test_an_event_whose_list_is_gone_still_tells_the_first_and_the_proof(
        self, api: Api
    ) -> None:
        ids = fill(api, MANY)
        api.read()
        event = last("MEMORY_READ")
        event.app_id = new_id()
        assert event.all_memory_ids() == ids[:100]

    def test_an_erased_project_leaves_its_lists_as_it_leaves_its_events(
        self, api: Api, project: Project
    ) -> None:
        ids = fill(api, MANY)
        api.read()
        at = timezone.now()
        Project.objects.filter(pk=project.pk).update(deleted_at=at)
        retention.erase(at=at + timedelta(hours=2))
        event = last("MEMORY_READ")
        assert (event.user_id, event.all_memory_ids()) == (None, ids)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE accounts_idlist SET ids = digest",
            "UPDATE accounts_idlist SET day = day",
            "DELETE FROM accounts_idlist",
        ],
    )
    def test_no_statement_changes_or_deletes_one(self, api: Api, statement: str) -> None:
        fill(api, MANY)
        api.read()
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert IdList.objects.count() == 1

    def test_none_is_replaced_on_sqlite(self, api: Api) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("REPLACE is SQLite's")
        fill(api, MANY)
        api.read()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO accounts_idlist (app_id, day, digest, ids)"
                " SELECT app_id, day, digest, digest FROM accounts_idlist"
            )
        assert len(IdList.objects.get().listed()) == MANY
