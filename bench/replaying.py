"""Replays a month of decisions under a draft, and holds each against what is decided once it is on.

The month is made up: keys of every narrowing ask for purposes of every kind, and each decision is
made by the function that decides requests and written as the record keeps it. In this process,
through the services: what a replay costs without the page around it.
"""

from __future__ import annotations

import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from bench.rows import Tenant

DECISIONS = 100_000
DAYS = 29
WRITTEN_AT_ONCE = 2_000
# What is asked for; "{}" is one of so many words that make texts of free words differ.
PURPOSES = (
    ("recommend {}", 400),
    ("suggest {} within budget", 400),
    ("recommendation: {} for my sister", 100),
    ("book a table for {}", 200),
    ("send a reminder about {}", 200),
    ("display {}", 100),
    ("order history of {}", 200),
    ("sell {}", 50),
    ("gift_finder", 1),
    ("planner", 1),
    ("newsletter", 1),
    ("weekly_digest", 1),
)
RIGHTS: tuple[dict[str, Any], ...] = (
    {},
    {"scopes": ["preferences", "schedule"]},
    {"purpose_classes": ["recommendation", "scheduling"]},
    {"purposes": ["gift_finder", "planner"]},
)
KEYS_OF_EACH = 5


@dataclass
class Measured:
    """How long it took, and whether it was right: `wrong` of the decisions were told otherwise."""

    decisions: int
    kinds: int
    turned: int
    seconds: float
    processor: float
    wrong: int
    megabytes: float
    reasons: Counter[str] = field(default_factory=Counter)


def run(tenant: Tenant, database: str) -> int:
    """Fill the tool's database, replay, switch on, compare, and print it. Return an exit code."""
    measured = measure(tenant, DECISIONS)
    print(f"database:  {database}")
    print(f"replayed:  {measured.decisions:,} decisions of {measured.kinds:,} kinds")
    print(f"took:      {measured.seconds:.2f} s, of this process {measured.processor:.2f} s")
    print(f"memory:    {measured.megabytes:.0f} MB more at the most than before")
    print(f"compared:  {measured.wrong:,} decisions are told otherwise than they are decided then")
    print(f"turned:    {measured.turned:,}, by why they are denied then")
    for reason, count in measured.reasons.most_common():
        print(f"           {count:>7,} {reason}")
    return 1 if measured.wrong else 0


def measure(tenant: Tenant, decisions: int) -> Measured:
    """Make up the month, replay it under a draft, and ask of each decision what holds then."""
    from accounts.models import Project
    from memory import drafts, registries, replaying
    from memory.decisions import why_not
    from memory.models import Draft
    from memory.policy.purposes import understand

    at = datetime.now(UTC)
    project = Project.objects.get(pk=tenant.project_id)
    principals = _furnish(project, at=at)
    project.refresh_from_db()
    asked = _ask(tenant, principals, decisions, at=at)
    _draft(project, at=at)
    draft = Draft.objects.get(project_id=project.pk)

    before, began, used = _peak(), time.perf_counter(), time.process_time()
    found = replaying.replay(
        project=project,
        environment=tenant.environment,
        changes=draft.changes(),
        since=at - timedelta(days=DAYS + 1),
        at=datetime.now(UTC),
    )
    seconds, grown = time.perf_counter() - began, _peak() - before
    used = time.process_time() - used

    drafts.switch_on(
        project=project,
        environment=tenant.environment,
        seen=draft.revision,
        confirmed=True,
        at=datetime.now(UTC),
        by=_by(),
    )
    registry = registries.load(project.pk, tenant.environment)
    told = {(one.key_id, one.scope, one.purpose): one for one in found.changed}
    wrong, reasons = abs(found.replayed - decisions), Counter[str]()
    for key_id, scope, purpose, was in asked:
        principal = principals[key_id]
        now = why_not(principal, registry, scope, understand(purpose, registry))
        turned = told.get((key_id, scope, purpose))
        is_turned = (was is None) is not (now is None)
        right = (turned.would_be == now) if turned is not None else not is_turned
        wrong += not (right and is_turned is (turned is not None))
        if is_turned:
            reasons[now or "allowed"] += 1
    kinds = len({one[:3] for one in asked})
    return Measured(
        found.decisions, kinds, found.denied + found.allowed, seconds, used, wrong, grown, reasons
    )


def _by() -> Any:
    from accounts.audit import ChangedBy

    return ChangedBy(actor="bench", request_id="bench")


def _furnish(project: Any, *, at: datetime) -> dict[UUID, Any]:
    """Register purposes and make keys; return the keys' rights."""
    from apikeys import services
    from apikeys.stand_ins import principal_of
    from memory import registering

    for purpose_id, purpose_class in (
        ("gift_finder", "recommendation"),
        ("planner", "scheduling"),
        ("newsletter", "content_generation"),
    ):
        purpose = registering.propose_purpose(
            project=project,
            purpose_id=purpose_id,
            sentence="For the end user.",
            purpose_class=purpose_class,
            at=at,
            by=_by(),
        )
        registering.approve_purpose(
            project=project,
            purpose_id=purpose_id,
            revision=purpose.revision,
            confirmed=True,
            at=at,
            by=_by(),
        )
    keys = [
        services.issue_key(
            project=project,
            name=f"Asking {number} {place}",
            environment="test",
            at=at,
            by=_by(),
            **rights,
        )[0]
        for place, rights in enumerate(RIGHTS)
        for number in range(KEYS_OF_EACH)
    ]
    return {key.pk: principal_of(key) for key in keys}


def _ask(
    tenant: Tenant, principals: dict[UUID, Any], count: int, *, at: datetime
) -> list[tuple[UUID, str, str, str | None]]:
    """Decide so many reads of the last days and write the record; return what was decided."""
    from accounts import audit

    asked: list[tuple[UUID, str, str, str | None]] = []
    events: list[Any] = []
    for one, event in _decided(tenant, principals, count, at=at):
        asked.append(one)
        events.append(event)
        if len(events) == WRITTEN_AT_ONCE:
            audit.record_all(events)
            events.clear()
    audit.record_all(events)
    return asked


def _decided(
    tenant: Tenant, principals: dict[UUID, Any], count: int, *, at: datetime
) -> Iterator[tuple[tuple[UUID, str, str, str | None], Any]]:
    from foundation.identifiers import first_id
    from memory import events, registries
    from memory.decisions import decide
    from memory.events import Caller
    from memory.policy.merging import merge
    from memory.policy.vocabulary import Scope
    from memory.statements import Grant

    choice, scopes = random.Random(6), [str(one) for one in Scope]
    registry = registries.load(tenant.project_id, tenant.environment)
    began, length = at - timedelta(days=DAYS), timedelta(days=DAYS)
    nothing = merge("preferences", [])
    for number in range(count):
        moment = began + length * number / count
        key_id = choice.choice(list(principals))
        text, words = choice.choice(PURPOSES)
        purpose, scope = text.format(f"thing{choice.randrange(words)}"), choice.choice(scopes)
        caller = Caller(principals[key_id], "bench", moment, registry)
        decision = decide(
            principal=principals[key_id], registry=registry, scope=scope, purpose=purpose
        )
        user_id = f"asked-{choice.randrange(5_000)}"
        partition = caller.partition(user_id, scope, "")
        if decision.reason is None:
            grant = Grant(decision.decision_id, partition, user_id, purpose, None, moment, None)
            event = events.memory_read(
                caller,
                grant,
                decision,
                max_age_days=None,
                detailed=False,
                merged=nothing,
                memory_ids=[],
                reason=None,
            )
        else:
            event = events.refused(
                caller,
                partition,
                user_id,
                reason=decision.reason_code,
                decision=decision,
                purpose=purpose,
            )
        id_ = UUID(int=first_id(moment).int | choice.getrandbits(74))
        event = msgspec.structs.replace(event, id=id_)
        yield (key_id, scope, purpose, decision.reason), event


def _draft(project: Any, *, at: datetime) -> None:
    """Draft a change of every kind."""
    from memory import drafts

    whose = {"project": project, "environment": "test", "at": at, "by": _by()}
    draft = drafts.draft_settings(
        seen=0,
        takes="declared",
        closes=["preferences:recommendation", "attention:ui_rendering"],
        **whose,
    )
    for purpose_id, purpose_class, scopes in (
        ("weekly_digest", "content_generation", None),
        ("gift_finder", "recommendation", ["constraints"]),
    ):
        draft = drafts.draft_purpose(
            seen=draft.revision,
            purpose_id=purpose_id,
            sentence="For the end user.",
            purpose_class=purpose_class,
            scopes=scopes,
            environments=["test", "live"],
            **whose,
        )
    drafts.draft_retirement(seen=draft.revision, purpose_id="planner", **whose)


def _peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
