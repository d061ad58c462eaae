"""Verifies the record in the database against its seals, and what an export cannot tell of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from itertools import islice
from uuid import UUID

from accounts.models import AuditEvent, Project
from accounts.subjects import subject_id
from foundation.identifiers import first_id
from proof import exporting, sealing, signing
from proof.exporting import Chain
from proof.models import Seal, SealedEvent
from proof.sealed.checking import Checker, Fault, Found
from proof.sealed.hashes import SEAL, keys_of

PAGE = 1000  # events
DIGEST = "memory_ids_sha256"


class Verification:
    """One look at the record. `found` tells what was looked at, when all faults are taken."""

    def __init__(
        self, *, app_ids: Collection[UUID] | None, expected: Iterable[str], at: datetime
    ) -> None:
        self._app_ids = app_ids
        these = [one for one in expected if app_ids is None or _may_be_of(app_ids, one)]
        self._checker = Checker(keys_of(signing.public_keys()), these)
        self._at = at

    @property
    def found(self) -> Found:
        return self._checker.found

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong, in the order of the chains; some events are in memory at a time."""
        chains = exporting.chains(self._app_ids)
        for line in exporting.lines(chains, at=self._at, withholds=False):
            yield from self._checker.take(line)
        yield from self._checker.finish()
        for chain in chains:
            yield from _unsealed(chain)
            yield from _of_other_people(chain)
            yield from _of_other_memories(chain)
        if self._app_ids is None:
            yield from _of_no_seal()


def _may_be_of(app_ids: Collection[UUID], token: str) -> bool:
    """Say whether a seal is of one of these projects; of what is none nobody can tell."""
    try:
        return str(signing.read(token, typ=SEAL)["project"]) in {str(one) for one in app_ids}
    except signing.BadSignature:
        return True


def _unsealed(chain: Chain) -> Iterator[Fault]:
    """Find events in no seal that are older than a seal is that they would be in."""
    app_id, environment = chain
    latest = Seal.objects.latest_of(app_id, environment)
    if latest is None:
        return
    old = sealing.unsealed().filter(
        app_id=app_id,
        environment=environment,
        id__lt=first_id(latest.sealed_at - sealing.LATE),
    )
    for event in old.order_by("id").iterator(chunk_size=PAGE):
        sentence = "it is in no seal, and claims to be older than the latest"
        yield Fault("inserted", f"{app_id} {environment} event {event.pk}", sentence)


def _of_other_people(chain: Chain) -> Iterator[Fault]:
    """Find events whose user_id, which no seal holds, is not that of their pseudonym."""
    app_id, environment = chain
    project = Project.objects.filter(pk=app_id).first()
    if project is None:
        return
    named = AuditEvent.objects.of_project(app_id).filter(user_id__isnull=False)
    named = named.filter(environment__gte=environment, environment__lte=environment)
    rest = named.order_by("environment", "id")
    after = UUID(int=0)
    while page := list(rest.filter(id__gt=after).values_list("id", "subject_id", "user_id")[:PAGE]):
        for id_, subject, user_id in page:
            if subject_id(bytes(project.subject_key), environment, user_id or "") != subject:
                where = f"{app_id} {environment} event {id_}"
                yield Fault("changed", where, "its user_id is not that of its pseudonym")
        after = page[-1][0]


def _of_other_memories(chain: Chain) -> Iterator[Fault]:
    """Find events about many memories whose ids, which stand apart, are not those of the digest."""
    app_id, environment = chain
    events = AuditEvent.objects.of_project(app_id).filter(meta__has_key=DIGEST)
    for event in events.filter(environment=environment).iterator(chunk_size=PAGE):
        where = f"{app_id} {environment} event {event.pk}"
        if len(ids := event.all_memory_ids()) < event.meta["memory_count"]:
            yield Fault("removed", where, "the list of its memories is gone or shorter")
        elif sha256("".join(f"{one}\n" for one in ids).encode()).hexdigest() != event.meta[DIGEST]:
            yield Fault("changed", where, "the list of its memories is not that of its digest")


def _of_no_seal() -> Iterator[Fault]:
    """Yield what leads nowhere. Seals are asked for apart: they may be on another machine."""
    found = SealedEvent.objects.order_by("seal_id").values_list("seal_id", flat=True).distinct()
    lost, ids = 0, found.iterator(chunk_size=PAGE)
    while some := set(islice(ids, PAGE)):
        gone = some.difference(Seal.objects.filter(pk__in=some).values_list("pk", flat=True))
        lost += SealedEvent.objects.filter(seal_id__in=gone).count()
    if lost:
        yield Fault("removed", "the record", f"{lost} events lead to a seal that is gone")
