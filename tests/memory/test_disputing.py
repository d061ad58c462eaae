"""A statement that the person disputes takes no part in reads, and says so where it is listed."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.audit import by_person
from accounts.models import AuditEvent, EventType, Project
from memory import disputing, owners, services
from memory.events import Caller
from memory.listing import MemoryNotFound
from memory.models import Memory
from tests.doors import Api
from tests.makers import make_key, read_body

pytestmark = pytest.mark.django_db


def person(project: Project, environment: str = "test") -> Caller:
    return owners.caller(project, environment, by=by_person("r"), at=timezone.now())


def dispute(project: Project, memory: dict[str, Any], *, over: bool = False) -> None:
    deed = disputing.end_dispute if over else disputing.dispute
    deed(person(project), "user_1", UUID(memory["id"]))


def likes(answer: dict[str, Any]) -> list[str]:
    found: list[str] = answer["summary_struct"].get("likes", [])
    return found


class TestReads:
    def test_no_read_holds_it_and_none_that_goes_on(self, api: Api, project: Project) -> None:
        wrong = api.remember(value_json={"likes": ["olives"]})
        api.remember(value_json={"likes": ["pizza"]})
        before = api.read()
        assert likes(before) == ["olives", "pizza"]
        dispute(project, wrong)
        again = {"revocation_token": before["revocation_token"]}
        places = [{"scope": "preferences", "domain": one} for one in ("food", "*")]
        several = {"user_id": "user_1", "purpose": "recommend restaurants", "reads": places}
        items = api.post("/memory/read/batch", several).json()["items"]
        answers = [
            api.read(),
            api.read(max_age_days=30),
            api.post("/memory/read/continue", again).json(),
            *(item["answer"] for item in items),
        ]
        assert [likes(one) for one in answers] == [["pizza"]] * 5
        assert wrong["id"] not in AuditEvent.objects.order_by("-id")[0].memory_ids
        dispute(project, wrong, over=True)
        assert likes(api.post("/memory/read/continue", again).json()) == ["olives", "pizza"]

    def test_what_it_replaced_counts_again(self, api: Api, project: Project) -> None:
        api.remember(value_json={"likes": ["pizza"]})
        instead = api.remember(value_json={"likes": ["olives"]}, replace=True)
        dispute(project, instead)
        assert likes(api.read()) == ["pizza"]

    def test_a_domain_with_nothing_else_is_none_of_every_domain(
        self, api: Api, project: Project
    ) -> None:
        dispute(project, api.remember(domain="music"))
        read = {"user_id": "user_1", "purpose": "recommend restaurants"}
        reads = [{"scope": "preferences", "domain": "*"}]
        items = api.post("/memory/read/batch", {**read, "reads": reads}).json()["items"]
        assert [item for item in items if item.get("domain") == "music"] == []

    def test_a_read_that_saw_it_starts_again(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is disputed between the look and the record."""
        wrong = api.remember(value_json={"likes": ["olives"]})
        recall = services.recall
        looks: list[int] = []

        def look(*args: Any, **options: Any) -> Any:
            found = recall(*args, **options)
            if not looks:
                dispute(project, wrong)
            looks.append(1)
            return found

        monkeypatch.setattr(services, "recall", look)
        assert likes(api.read()) == []
        assert len(looks) == 2


class TestWhereItIsSeen:
    def test_the_application_sees_since_when(self, api: Api, project: Project) -> None:
        memory = api.remember()
        whole, one = "/memory?user_id=user_1", f"/memory/{memory['id']}"
        assert api.get(one).json()["disputed_at"] is None
        dispute(project, memory)
        since = api.get(one).json()["disputed_at"]
        assert since
        assert [item["disputed_at"] for item in api.get(whole).json()["items"]] == [since]
        export = b"".join(api.get("/users/user_1/export"))
        assert f'"disputed_at":"{since}"'.encode() in export
        held = api.get("/users/user_1").json()
        assert (held["memories"], held["stored"]) == (0, 1)

    def test_the_record_has_each_change_once(self, api: Api, project: Project) -> None:
        memory = api.remember()
        for over in (False, False, True, True):
            dispute(project, memory, over=over)
        kinds = (EventType.MEMORY_DISPUTE, EventType.MEMORY_DISPUTE_END)
        events = AuditEvent.objects.filter(event_type__in=kinds).order_by("id")
        assert [event.event_type for event in events] == list(kinds)
        assert {(event.scope, event.meta["actor"]) for event in events} == {
            ("preferences", "person")
        }
        assert [event.memory_ids for event in events] == [[memory["id"]]] * 2


class TestWhose:
    def test_of_others_or_gone_it_is_not_found(self, api: Api, project: Project) -> None:
        live = Api(make_key(project, "Live", environment="live")[1])
        hidden = api.remember()
        api.revoke(api.read()["revocation_token"])
        for memory in (api.remember(user_id="user_2"), live.remember(), hidden):
            for over in (False, True):
                with pytest.raises(MemoryNotFound):
                    dispute(project, memory, over=over)
        assert not Memory.objects.exclude(disputed_at=None).exists()

    def test_a_withdrawal_hides_it_too_for_good(self, api: Api, project: Project) -> None:
        memory = api.remember()
        dispute(project, memory)
        api.post("/memory/revoke", {"user_id": "user_1"})
        with pytest.raises(MemoryNotFound):
            dispute(project, memory, over=True)
        assert likes(api.read()) == []

    def test_it_still_counts_as_kept(self, api: Api, project: Project) -> None:
        Project.objects.filter(pk=project.pk).update(most_partition_memories=1)
        dispute(project, api.remember())
        assert api.post("/memory", read_body()).status_code >= 400


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_it_waits_for_a_read_that_is_under_way(api: Api, project: Project) -> None:
    """No read that is decided after a dispute holds what is disputed."""
    from django.db import connection, transaction

    from memory import locks
    from memory.listing import partition_of

    memory = api.remember()
    done = threading.Event()

    def disputes() -> None:
        try:
            dispute(project, memory)
            done.set()
        finally:
            connection.close()

    with transaction.atomic():
        locks.share(partition_of(Memory.objects.get()))
        thread = threading.Thread(target=disputes)
        thread.start()
        assert not done.wait(0.3)
    thread.join(10)
    assert done.is_set()
