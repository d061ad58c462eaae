"""Read under several scopes and domains of a user at once, each as by a read of its own.

Each is decided by itself, and has its own grant and record. They are finished together: one
transaction makes sure, under the locks of all their partitions, that what they saw is still
visible, and writes all that they write. So the first is decided no earlier than the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from accounts import audit
from foundation import sql
from foundation.answers import RequestRefused
from foundation.identifiers import new_id
from foundation.rows import columns_of, values_of
from memory import events, locks, statements, tallies
from memory.ceilings import CeilingReached
from memory.decisions import Decision, decide
from memory.events import Caller
from memory.refusals import PolicyDenied
from memory.schemas import EVERY_DOMAIN, ReadPlace, ReadSeveral
from memory.services import ATTEMPTS, Answer, Overtaken, open_grant, recall, with_receipt
from memory.statements import Grant, GrantRow, Partition
from memory.writes import Crowded

MOST_READS = 50  # of a batch, with all domains that EVERY_DOMAIN stands for
# What all reads of a batch find together: as much as four partitions hold by the usual ceilings.
# Of fifty full ones an answer would take longer to make than a request may, and fill the memory.
MOST_MEMORIES = 20_000
MOST_BYTES = 4 * 1024 * 1024
DETAILED = 4  # times as much work is what stands behind a summary, so it is of as much less


class Outcome(msgspec.Struct, frozen=True):
    """What became of one read: an answer or a refusal."""

    scope: str
    domain: str | None
    answer: Answer | None
    refusal: Exception | None


@dataclass
class Reading:
    """One read of a batch that may be: its grant, and what it saw when it last looked."""

    decision: Decision
    token: str
    grant: Grant
    row: GrantRow
    wants_receipt: bool
    answer: Answer | None = None
    seen: list[str] = field(default_factory=list)
    event: audit.Event | None = None
    refusal: Exception | None = None

    def look(self, caller: Caller, *, detailed: bool) -> None:
        self.answer, self.seen, self.event = recall(
            caller, self.grant, self.decision, token=self.token, detailed=detailed, reason=None
        )

    def outcome(self) -> Outcome:
        partition = self.grant.partition
        answer = None if self.refusal else self.answer
        if answer and self.event and self.wants_receipt:
            answer = with_receipt(answer, self.event)
        return Outcome(partition.scope, partition.domain or None, answer, self.refusal)


@dataclass(frozen=True)
class Refused:
    """One read of a batch that is refused before it looks, and the record of it if there is one."""

    place: ReadPlace
    refusal: Exception
    event: audit.Event | None = None

    def outcome(self) -> Outcome:
        return Outcome(self.place.scope, self.place.domain or None, None, self.refusal)


def read_all(caller: Caller, query: ReadSeveral) -> list[Outcome]:
    """Merge what is known of a user in several places, for one purpose.

    EVERY_DOMAIN stands for each domain of its scope that holds live memories, or for none where
    none does. A place that is refused leaves the others as they are.
    """
    entries = list(_not_too_much(caller, query, list(_entries(caller, query))))
    readings = [one for one in entries if isinstance(one, Reading)]
    denials = [one.event for one in entries if isinstance(one, Refused) and one.event]
    for reading in readings:
        reading.look(caller, detailed=query.detail)
    with suppress(Crowded):
        _finish(caller, query, readings, denials, by_parts=False)
        return [one.outcome() for one in entries]
    _finish(caller, query, readings, denials, by_parts=True)
    return [one.outcome() for one in entries]


def _entries(caller: Caller, query: ReadSeveral) -> Iterator[Reading | Refused]:
    """Decide on each place, and yield what is to be answered, in the order asked."""
    decisions: dict[str, Decision] = {}
    room = MOST_READS - len(query.reads)
    for place in query.reads:
        if place.scope not in decisions:
            decisions[place.scope] = decide(
                principal=caller.principal,
                registry=caller.registry,
                scope=place.scope,
                purpose=query.purpose,
            )
        decision = decisions[place.scope]
        if decision.reason is not None:
            yield _denied(caller, query, place, _anew(decision))
            continue
        domains = [place.domain]
        if place.domain == EVERY_DOMAIN:
            domains = _every_domain(caller, query, place, most=room + 2)
            if len(domains) - 1 > room:
                yield Refused(place, _too_many(place))
                continue
            room -= len(domains) - 1
        for domain in domains:
            partition = caller.partition(query.user_id, place.scope, domain)
            opened = open_grant(
                caller,
                partition,
                user_id=query.user_id,
                purpose=query.purpose,
                max_age_days=query.max_age_days,
            )
            yield Reading(_anew(decision), *opened, query.receipt)


def _anew(decision: Decision) -> Decision:
    """Return the same decision for another read: each has an id of its own."""
    return msgspec.structs.replace(decision, decision_id=new_id())


def _denied(caller: Caller, query: ReadSeveral, place: ReadPlace, decision: Decision) -> Refused:
    every = place.domain == EVERY_DOMAIN
    event = events.refused(
        caller,
        caller.partition(query.user_id, place.scope, "" if every else place.domain),
        query.user_id,
        reason=decision.reason_code,
        decision=decision,
        purpose=query.purpose,
        every_domain=every,
    )
    return Refused(place, PolicyDenied(decision), event)


def _every_domain(caller: Caller, query: ReadSeveral, place: ReadPlace, *, most: int) -> list[str]:
    subject_id = caller.principal.subject_id(query.user_id)
    found = statements.live_domains(subject_id, place.scope, at=caller.at, most=most)
    return found or [""]


def _too_many(place: ReadPlace) -> RequestRefused:
    return RequestRefused(
        "out_of_range",
        f"Scope '{place.scope}' has more domains than fit into this request, which can read"
        f" {MOST_READS} in all: name some of them",
    )


def _too_much(memories: int, octets: int) -> RequestRefused:
    return RequestRefused(
        "out_of_range",
        f"One request can read {memories} memories and {octets} bytes of values in all: read this"
        " in another one",
    )


def _not_too_much(
    caller: Caller, query: ReadSeveral, entries: Sequence[Reading | Refused]
) -> Iterator[Reading | Refused]:
    """Yield the entries; refused are those that find more than there is room for by then.

    What comes first is read, however much it is: a read of its own would answer it too.
    """
    partitions = [one.grant.partition for one in entries if isinstance(one, Reading)]
    since = caller.since(query.max_age_days)
    sizes = statements.sizes(partitions, at=caller.at, since=since) if partitions else {}
    parts = DETAILED if query.detail else 1
    most, most_octets = MOST_MEMORIES // parts, MOST_BYTES // parts
    memories = octets = 0
    for entry in entries:
        if isinstance(entry, Reading):
            partition = entry.grant.partition
            number, size = sizes.get(partition, (0, 0))
            fits = memories + number <= most and octets + size <= most_octets
            if number and memories and not fits:
                place = ReadPlace(partition.scope, partition.domain)
                yield Refused(place, _too_much(most, most_octets))
                continue
            memories, octets = memories + number, octets + size
        yield entry


def _finish(
    caller: Caller,
    query: ReadSeveral,
    readings: Sequence[Reading],
    denials: Sequence[audit.Event],
    *,
    by_parts: bool,
) -> None:
    """Write grants and records of what is still visible; what is not looks again, and gives up.

    Raises Crowded, unless by parts.
    """
    overtaken: list[Reading] = []
    for attempts_left in reversed(range(ATTEMPTS)):
        for reading in overtaken:
            reading.look(caller, detailed=query.detail)
        with sql.writing():
            overtaken = _overtaken(caller, query, readings)
            if not overtaken or not attempts_left:
                for reading in overtaken:
                    reading.refusal = Overtaken()
                _write(caller, readings, denials, by_parts=by_parts)
                return


def _overtaken(caller: Caller, query: ReadSeveral, readings: Sequence[Reading]) -> list[Reading]:
    """Return those that saw what is gone; what the others saw stays until the transaction ends."""
    if not readings:
        return []
    partitions: list[Partition] = [reading.grant.partition for reading in readings]
    locks.share_all(partitions)
    visible = statements.visible_ids(caller.principal.subject_id(query.user_id), partitions)
    return [reading for reading in readings if not visible.issuperset(reading.seen)]


def _write(
    caller: Caller, readings: Sequence[Reading], denials: Sequence[audit.Event], *, by_parts: bool
) -> None:
    most = caller.principal.ceilings
    granted = [reading for reading in readings if reading.refusal is None]
    if granted and not by_parts and not tallies.count_all([one.row for one in granted], most):
        raise Crowded
    if by_parts:
        for reading in granted:
            reached = tallies.reached(reading.row, most, at=caller.at)
            if reached is not None:
                reading.refusal = CeilingReached(reached, most)
        granted = [reading for reading in granted if reading.refusal is None]
    rows = [values_of(reading.row) for reading in granted]
    sql.insert("memory_revocationgrant", columns_of(GrantRow), rows)
    audit.record_all([*denials, *(one.event for one in granted if one.event)])
