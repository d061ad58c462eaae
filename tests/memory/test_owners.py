"""What an owner does without a key: by the services of the API, under their own name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.audit import ChangedBy
from accounts.models import AuditEvent, EventType, Project
from memory import accesses, deleting, erasing, exporting, listing, overview, owners, withdrawing
from memory.events import Caller
from memory.models import Memory
from memory.schemas import ListMemories, RevokeUser
from tests.doors import Api
from tests.makers import make_key, read_body
from tests.memory.conftest import Clock

WHY = "The person asked by mail, ticket 4711."


def live(project: Project) -> Api:
    return Api(make_key(project, "Live", environment="live")[1])


def owner_of(project: Project, clock: Clock, environment: str = "live", **fields: Any) -> Caller:
    by = ChangedBy(actor=str(project.owner_id), request_id="console-1", address="192.0.2.7")
    return owners.caller(project, environment, by=by, at=clock.now, **fields)


def page(**fields: Any) -> ListMemories:
    return ListMemories(
        **{"user_id": "user_1", "scope": None, "domain": None, "limit": 100, "cursor": None}
        | fields
    )


def newest() -> AuditEvent:
    return AuditEvent.objects.latest("id")


@pytest.mark.django_db
class TestValuesOfLiveMemories:
    def test_need_a_reason(self, clock: Clock, project: Project) -> None:
        memory = live(project).remember()
        caller = owner_of(project, clock)
        before = AuditEvent.objects.count()
        with pytest.raises(owners.ReasonNeeded):
            listing.list_memories(caller, page())
        with pytest.raises(owners.ReasonNeeded):
            listing.get_memory(caller, memory["id"])
        with pytest.raises(owners.ReasonNeeded):
            exporting.export_user(caller, "user_1")
        assert AuditEvent.objects.count() == before

    def test_are_shown_for_a_reason_which_is_recorded(self, clock: Clock, project: Project) -> None:
        live(project).remember()
        caller = owner_of(project, clock, reason=WHY)
        (item,) = listing.list_memories(caller, page()).items
        assert bytes(item.value_json) == b'{"likes":["pizza"],"dislikes":["olives"]}'
        event = newest()
        assert event.event_type == EventType.MEMORY_LIST
        assert (event.api_key_id, event.user_id) == (None, "user_1")
        assert event.memory_ids == [str(item.id)]
        assert event.meta == {
            "actor": str(project.owner_id),
            "address": "192.0.2.7",
            "reason": WHY,
        }

    def test_are_exported_for_a_reason_which_the_person_reads(
        self, clock: Clock, project: Project
    ) -> None:
        live(project).remember()
        pieces = exporting.export_user(owner_of(project, clock, reason=WHY), "user_1")
        export = json.loads(b"".join(pieces))
        assert [one["value_json"]["likes"] for one in export["memories"]] == [["pizza"]]
        last = export["audit_events"][-1]
        assert last["event_type"] == "USER_EXPORT"
        assert last["meta"] == {"actor": str(project.owner_id), "reason": WHY}

    def test_of_test_need_none(self, clock: Clock, api: Api, project: Project) -> None:
        api.remember()
        caller = owner_of(project, clock, "test")
        assert len(listing.list_memories(caller, page()).items) == 1
        assert "reason" not in newest().meta

    def test_a_key_gives_no_reason(self, clock: Clock, project: Project) -> None:
        key = live(project)
        key.remember()
        assert len(key.get("/memory?user_id=user_1").json()["items"]) == 1
        assert newest().meta == {}


@pytest.mark.django_db
class TestWithoutValues:
    def test_memories_are_outlined_page_by_page(self, clock: Clock, project: Project) -> None:
        key = live(project)
        ids = []
        for scope in ("preferences", "schedule", "preferences"):
            ids.append(key.remember(scope=scope)["id"])
            clock.advance(seconds=1)
        caller = owner_of(project, clock)
        first = listing.list_outlines(caller, page(limit=2))
        rest = listing.list_outlines(caller, page(limit=2, cursor=first.next_cursor))
        assert [str(one.id) for one in (*first.items, *rest.items)] == ids[::-1]
        assert rest.next_cursor is None
        narrowed = listing.list_outlines(caller, page(scope="schedule", domain="food"))
        assert [str(one.id) for one in narrowed.items] == [ids[1]]
        assert not hasattr(first.items[0], "value_json")

    def test_open_reads_name_their_key_and_purpose(self, clock: Clock, project: Project) -> None:
        key, plaintext = make_key(project, "Live", environment="live")
        api = Api(plaintext)
        api.remember()
        api.read()
        clock.advance(hours=1)
        api.post("/memory/read", read_body(domain=None, purpose="suggest products"))
        api.read(user_id="user_2")
        caller = owner_of(project, clock)
        found = accesses.open_accesses(caller, "user_1")
        assert [(one.domain, one.purpose, one.key_id) for one in found] == [
            (None, "suggest products", key.pk),
            ("food", "recommend restaurants", key.pk),
        ]
        assert found[0].expires_at == clock.now + timedelta(hours=24)
        assert len(accesses.open_accesses(caller, "user_1", most=1)) == 1
        withdrawing.withdraw(caller, RevokeUser("user_1", "preferences", "food"))
        assert [one.domain for one in accesses.open_accesses(caller, "user_1")] == [None]
        clock.advance(hours=24)
        late = owner_of(project, clock)
        assert accesses.open_accesses(late, "user_1") == []


@pytest.mark.django_db
class TestTheRecord:
    def test_says_who_did_it_and_names_no_key(self, clock: Clock, project: Project) -> None:
        key = live(project)
        memory = key.remember()
        key.remember(domain=None)
        key.read()
        caller = owner_of(project, clock)
        deeds: dict[EventType, Callable[[], object]] = {
            EventType.USER_VIEW: lambda: overview.describe_user(caller, "user_1"),
            EventType.MEMORY_DELETE: lambda: deleting.delete_memory(caller, memory["id"]),
            EventType.MEMORY_REVOKE: lambda: withdrawing.withdraw(
                caller, RevokeUser("user_1", None, None)
            ),
            EventType.USER_ERASE: lambda: erasing.erase_user(caller, "user_1"),
        }
        for event_type, deed in deeds.items():
            deed()
            event = newest()
            assert event.event_type == event_type
            assert (event.api_key_id, event.environment) == (None, "live")
            assert event.meta["actor"] == str(project.owner_id)
            assert event.meta["address"] == "192.0.2.7"
            assert event.request_id == "console-1"
        assert not Memory.objects.exists()

    def test_an_erasure_takes_the_reason_with_the_users_id(
        self, clock: Clock, project: Project
    ) -> None:
        key = live(project)
        key.remember()
        caller = owner_of(project, clock, reason=WHY)
        listing.list_memories(caller, page())
        event = newest()
        erasing.erase_user(owner_of(project, clock), "user_1")
        event.refresh_from_db()
        assert event.user_id is None
        assert event.meta == {"actor": str(project.owner_id), "address": "192.0.2.7"}

    @pytest.mark.parametrize("environment", ["test", "live"])
    def test_to_look_after_an_erasure_does_not_write_the_users_id_again(
        self, clock: Clock, project: Project, environment: str
    ) -> None:
        key = Api(make_key(project, "Some", environment=environment)[1])
        key.remember()
        caller = owner_of(project, clock, environment)
        erasing.erase_user(caller, "user_1")
        assert overview.describe_user(caller, "user_1").stored == 0
        assert newest().event_type == EventType.USER_VIEW
        assert not AuditEvent.objects.exclude(user_id=None).exists()
