"""What is written together is the same in one statement or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import connection
from django.db.models import Model

from accounts import audit
from accounts.models import AuditEvent, IdList, Project
from apikeys.authentication import find_principal
from foundation.identifiers import new_id
from memory import events, revocation_tokens, statements, tallies, writes
from memory.decisions import Decision, decide
from memory.events import Caller
from memory.models import Memory, RevocationGrant
from memory.policy.merging import merge
from memory.policy.registry import NO_REGISTRY
from memory.statements import Grant, GrantRow, MemoryRow, Partition
from tests.makers import NOW, make_key, texts

Storing = Callable[..., None]
Granting = Callable[..., bool]
Continuing = Callable[[Grant, list[str], audit.Event], bool]

BOTH = [
    pytest.param(writes.store, writes.grant, id="as the database does it best"),
    pytest.param(writes.store_by_parts, writes.grant_by_parts, id="by parts"),
]


@pytest.fixture
def caller(project: Project) -> Caller:
    principal = find_principal(make_key(project)[1], at=NOW)
    assert principal
    return Caller(principal, "req-1", NOW, NO_REGISTRY)


def memory_row(caller: Caller, id_: UUID, partition: Partition) -> MemoryRow:
    return MemoryRow(
        id=id_,
        subject_id=partition.subject_id,
        scope=partition.scope,
        domain=partition.domain,
        project_id=caller.principal.project_id,
        environment="test",
        user_id="user_1",
        source="inferred",
        value_json='{"likes":["pizza"]}',
        normal_form="[{},{}]",
        normal_version=1,
        replace=True,
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )


def store(
    caller: Caller, how: Storing = writes.store, *, user: str = "user_1"
) -> tuple[UUID, Partition]:
    id_, partition = new_id(), caller.partition(user, "preferences", "food")
    event = events.memory_created(caller, partition, user, id_, replace=True)
    row, most = memory_row(caller, id_, partition), caller.principal.ceilings
    try:
        how(row, event, most)
    except writes.Crowded:
        writes.store_by_parts(row, event, most)
    return id_, partition


def grant_of(partition: Partition) -> Grant:
    return Grant(new_id(), partition, "user_1", "recommend", 7, NOW + timedelta(hours=24), None)


def write_grant(caller: Caller, grant: Grant, seen: list[UUID], how: Granting) -> bool:
    decision: Decision = decide(
        principal=caller.principal,
        registry=caller.registry,
        scope="preferences",
        purpose="recommend",
    )
    event = events.memory_read(
        caller,
        grant,
        decision,
        max_age_days=7,
        detailed=False,
        merged=merge("preferences", []),
        memory_ids=texts(seen),
        reason=None,
    )
    row = GrantRow(
        id=grant.id,
        token_digest=revocation_tokens.digest(str(grant.id)),
        subject_id=grant.partition.subject_id,
        scope=grant.partition.scope,
        domain=grant.partition.domain,
        project_id=caller.principal.project_id,
        environment="test",
        user_id=grant.user_id,
        purpose=grant.purpose,
        max_age_days=grant.max_age_days,
        created_at=NOW,
        expires_at=grant.expires_at,
    )
    return how(grant.partition, texts(seen), row, event, caller.principal.ceilings)


def row(model: type[Model], **which: Any) -> dict[str, Any]:
    values: dict[str, Any] = model._default_manager.values().get(**which)
    return values


class TestBothWays:
    def test_they_write_the_same_memory_and_record(self, caller: Caller) -> None:
        found = []
        for how in (writes.store, writes.store_by_parts):
            id_, _ = store(caller, how)
            memory, event = row(Memory, id=id_), row(AuditEvent, memory_ids=[str(id_)])
            assert memory.pop("id") == id_
            for drawn in ("id", "decision_id", "memory_ids"):
                event.pop(drawn)
            found.append((memory, event))
        assert found[0] == found[1]
        assert found[0][0]["expires_at"] == NOW + timedelta(days=1)
        assert found[0][1]["event_type"] == "MEMORY_CREATE"

    def test_they_write_the_same_grant_and_record(self, caller: Caller) -> None:
        id_, partition = store(caller)
        found = []
        for how in (writes.grant, writes.grant_by_parts):
            grant = grant_of(partition)
            assert write_grant(caller, grant, [id_], how)
            kept = row(RevocationGrant, id=grant.id)
            event = row(AuditEvent, revocation_grant_id=grant.id)
            assert bytes(kept.pop("token_digest")) == revocation_tokens.digest(str(grant.id))
            for drawn in ("id", "decision_id", "revocation_grant_id"):
                event.pop(drawn)
            kept.pop("id")
            found.append((kept, event))
        assert found[0] == found[1]
        assert found[0][1]["meta"] == {"max_age_days": 7, "confidence": 0.0}


@pytest.mark.parametrize(("storing", "granting"), BOTH)
class TestWhatAReadSaw:
    def test_a_read_that_saw_what_is_hidden_writes_nothing(
        self, transactional_db: None, caller: Caller, storing: Storing, granting: Granting
    ) -> None:
        first, partition = store(caller, storing)
        second, _ = store(caller, storing)
        statements.hide(partition, at=NOW)
        third, _ = store(caller, storing)
        before = AuditEvent.objects.count()
        for seen in ([first], [third, second], [uuid4()]):
            assert not write_grant(caller, grant_of(partition), seen, granting)
        assert not RevocationGrant.objects.exists()
        assert AuditEvent.objects.count() == before
        assert write_grant(caller, grant_of(partition), [third], granting)

    def test_a_read_of_nothing_is_granted(
        self, transactional_db: None, caller: Caller, storing: Storing, granting: Granting
    ) -> None:
        partition = caller.partition("user_2", "preferences", "")
        assert write_grant(caller, grant_of(partition), [], granting)

    def test_a_record_that_cannot_be_written_takes_the_memory_with_it(
        self, transactional_db: None, caller: Caller, storing: Storing, granting: Granting
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_auditevent RENAME TO away")
        try:
            with pytest.raises(Exception, match="accounts_auditevent"):
                store(caller, storing)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE away RENAME TO accounts_auditevent")
        assert not Memory.objects.exists()


def continued(caller: Caller, grant: Grant, seen: Iterable[UUID]) -> audit.Event:
    event = events.revoked(caller, grant, hidden=[])
    return msgspec.structs.replace(event, id=new_id(), memory_ids=texts(seen))


@pytest.mark.parametrize(
    "continuing",
    [
        pytest.param(writes.record_continuation, id="as the database does it best"),
        pytest.param(writes.record_continuation_by_parts, id="by parts"),
    ],
)
class TestContinuation:
    def test_a_revoked_grant_is_noticed_at_the_last_moment(
        self, transactional_db: None, caller: Caller, continuing: Continuing
    ) -> None:
        id_, partition = store(caller)
        grant = grant_of(partition)
        write_grant(caller, grant, [id_], writes.grant)
        assert continuing(grant, texts([id_]), continued(caller, grant, [id_]))
        statements.close_grant(grant, at=NOW)
        before = AuditEvent.objects.count()
        assert not continuing(grant, texts([id_]), continued(caller, grant, [id_]))
        assert AuditEvent.objects.count() == before

    def test_so_is_a_memory_that_is_gone_and_a_grant_that_never_was(
        self, transactional_db: None, caller: Caller, continuing: Continuing
    ) -> None:
        id_, partition = store(caller)
        grant = grant_of(partition)
        write_grant(caller, grant, [id_], writes.grant)
        before, nobody = AuditEvent.objects.count(), grant_of(partition)
        assert not continuing(grant, [str(uuid4())], continued(caller, grant, []))
        assert not continuing(nobody, texts([id_]), continued(caller, nobody, [id_]))
        assert AuditEvent.objects.count() == before


def test_both_ways_record_the_same_continuation(caller: Caller) -> None:
    partition = caller.partition("user_1", "preferences", "food")
    many = [store(caller)[0] for _ in range(3)]
    grant = grant_of(partition)
    write_grant(caller, grant, many, writes.grant)
    for seen in (many, many * 50):  # of many a list is kept apart
        found: list[tuple[Any, ...]] = []
        for how in (writes.record_continuation, writes.record_continuation_by_parts):
            event = continued(caller, grant, many)
            event = msgspec.structs.replace(
                event, memory_ids=texts(seen), created_at=NOW - timedelta(days=len(found))
            )
            assert how(grant, texts(many), event)
            kept = row(AuditEvent, id=event.id)
            day = kept.pop("created_at").date()
            del kept["id"], kept["decision_id"]
            lists = [(one.app_id, one.listed()) for one in IdList.objects.filter(day=day)]
            assert len(lists) == (len(seen) > 100)
            found.append((kept, lists))
        assert found[0] == found[1]


@pytest.mark.parametrize("number", [0, 3, 150])
class TestEndOfAGrant:
    def test_both_ways_hide_count_and_record_the_same(self, caller: Caller, number: int) -> None:
        found: list[tuple[Any, ...]] = []
        for user, how in (("user_1", writes.end_grant), ("user_2", writes.end_grant_by_parts)):
            ids = [store(caller, user=user)[0] for _ in range(number)]
            partition = caller.partition(user, "preferences", "food")
            Memory.objects.filter(id__in=ids[:1]).update(expires_at=NOW + timedelta(seconds=1))
            grant = msgspec.structs.replace(grant_of(partition), user_id=user)
            write_grant(caller, grant, ids, writes.grant)
            at = NOW + timedelta(seconds=2)
            before = tallies.used(caller.principal.project_id, "test", at=at)
            event = events.revoked(msgspec.structs.replace(caller, at=at), grant, hidden=[])
            ended = how(grant, event)
            assert ended is not None
            assert set(ended.hidden) == set(texts(ids))
            kept = row(AuditEvent, id=event.id)
            hidden = ended.hidden if number <= 100 else sorted(texts(ids))[:100]
            assert kept["memory_ids"] == hidden
            lists = [one.listed() for one in IdList.objects.filter(day=at.date())]
            assert (sorted(map(str, ids)) in lists) == (number > 100)
            whole = msgspec.structs.replace(event, memory_ids=ended.hidden)
            assert kept["meta"] == audit.shortened(whole)[0].meta
            after = tallies.used(caller.principal.project_id, "test", at=at)
            found.append(
                (
                    ended.lived,
                    ended.left,
                    {kind: after[kind] - before[kind] for kind in after},
                    Memory.objects.filter(subject_id=partition.subject_id, hidden_at=at).count(),
                    RevocationGrant.objects.get(id=grant.id).revoked_at,
                    {name: kept[name] for name in ("event_type", "scope", "domain", "created_at")},
                )
            )
            assert how(grant, msgspec.structs.replace(event, id=new_id())) is None
        assert found[0] == found[1]
        assert found[0][:2] == (max(0, number - 1), 0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestIsolation:
    @pytest.mark.not_spread  # Citus begins READ COMMITTED on its nodes, whatever the session has
    def test_under_any_other_level_nothing_is_granted(self, caller: Caller) -> None:
        id_, partition = store(caller)
        assert write_grant(caller, grant_of(partition), [id_], writes.grant)
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_isolation = 'repeatable read'")
            try:
                with pytest.raises(Exception, match="needs READ COMMITTED"):
                    write_grant(caller, grant_of(partition), [id_], writes.grant)
            finally:
                cursor.execute("SET default_transaction_isolation = 'read committed'")
        assert RevocationGrant.objects.count() == 1
