"""The watch over how keys are used: every few minutes, in the background, by one process at a time.

Whoever moves the time of the next turn on does it; a process that is killed in one leaves the next
to whoever comes first. Two turns at once would count nothing twice (apikeys/drift/gathering.py) and
flag nothing twice: of each kind a key has one open flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys import pausing
from apikeys.changing import KeyEnded, locked
from apikeys.drift import gathering, usual
from apikeys.drift.rule import BASELINE, CLASS, KINDS, PURPOSE, SCOPE, Finding, findings
from apikeys.drift.usual import Span
from apikeys.drift.words import sentence
from apikeys.events import record_key
from apikeys.models import ApiKey, Flag, Kind, Watch
from apikeys.notices import outbox
from foundation import sql

EVERY = timedelta(minutes=5)
BEHIND = timedelta(minutes=30)  # what is seen later than this is no news: it is counted, not told
AT_ONCE = 200  # keys that are looked at in one statement
# By which name an event tells the words that were new: those of purposes go with an erasure.
TOLD_AS = {SCOPE: "scopes", CLASS: "purpose_classes", PURPOSE: "purposes"}


_baselines = usual.Baselines()


def watch(*, at: datetime) -> int:
    """Look at all keys that were used lately, if it is time. Return how many were flagged."""
    if not _is_my_turn(at=at):
        return 0
    until = gathering.gather(at=at)
    with sql.writing():
        gathering.forget(at=at)
        Flag.objects.filter(ended_at=None, found_at__lte=at - BASELINE).update(ended_at=at)
    if at - until > BEHIND:
        return 0
    span, by = Span(until), audit.by_watch()
    ids = usual.used_lately(span)
    chunks = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
    return sum(
        _flag(key, found, at=at, by=by)
        for some in chunks
        for key, found in _drifting(some, span, at=at)
    )


def is_known(key: ApiKey, *, at: datetime) -> bool:
    """Say whether enough is known of a key for the watch to tell what is new."""
    found = usual.before([key.pk], Span(at)).get(key.pk)
    return found is not None and found.is_enough


def _is_my_turn(*, at: datetime) -> bool:
    turns = Watch.objects.filter(pk=gathering.ONLY)
    # A time that is further ahead than the next turn is that of a clock that was wrong.
    ahead = {"next_at__gt": at, "next_at__lte": at + 2 * EVERY}
    if turns.filter(**ahead).exists():  # most minutes; nothing is locked to see that
        return False
    due = turns.exclude(**ahead)
    if due.update(next_at=at + EVERY):
        return True
    Watch.objects.bulk_create([gathering.first_watch(at=at)], ignore_conflicts=True)
    return bool(due.update(next_at=at + EVERY))


def _drifting(
    key_ids: Sequence[UUID], span: Span, *, at: datetime
) -> Iterator[tuple[ApiKey, list[Finding]]]:
    before, now = _baselines.of(key_ids, span), usual.lately(key_ids, span)
    suspects = {one: before[one] for one in key_ids if findings(before[one], now[one])}
    # A key that was paused for a flag too: what it did in its last minute is counted after that,
    # and enabling it is to answer to all of it.
    stopped = Flag.objects.filter(ended_at=None, paused_key=True).values("key_id")
    usable = Q(pk__in=ApiKey.objects.usable(at=at).values("pk"))
    watched = ApiKey.objects.live().filter(usable | Q(paused=True, pk__in=stopped), watched=True)
    watched = watched.filter(pk__in=suspects)
    for key in watched.order_by("pk"):
        expected = usual.expecting(suspects[key.pk], key.pk, at=at)
        if found := findings(expected, now[key.pk]):
            yield key, found


@sql.writing()
def _flag(key: ApiKey, found: list[Finding], *, at: datetime, by: ChangedBy) -> bool:
    """Raise a flag for each kind that has none open, and tell the owner. Return whether one was.

    What an open flag does not say yet is added to it, without a word.
    """
    try:
        now = locked(key)
    except KeyEnded:
        return False
    # An answer that came since the findings were made: the next turn knows of it.
    answered = Flag.objects.filter(key_id=key.pk, ended_at__gte=at, as_expected=True)
    flags = {flag.kind: flag for flag in Flag.objects.filter(key_id=key.pk, ended_at=None)}
    stopped = now.paused and any(flag.paused_key for flag in flags.values())
    is_off = now.disabled_at is not None and not stopped
    if answered.exists() or not now.watched or is_off:
        return False
    for kind, flag in flags.items():
        _add(flag, [asdict(one) for one in found if one.kind == kind])
    fresh = [one for one in found if one.kind not in flags]
    if not fresh:
        return False
    kinds = [kind for kind in KINDS if any(one.kind == kind for one in fresh)]
    Flag.objects.bulk_create(
        Flag(
            key_id=key.pk,
            kind=kind,
            found=[asdict(one) for one in fresh if one.kind == kind],
            found_at=at,
            paused_key=now.pauses or stopped,
        )
        for kind in kinds
    )
    told = {"drift": kinds, **_words_of(fresh)}
    record_key(EventType.KEY_UPDATE, now, at=at, by=by, changed=told)
    if now.pauses:
        pausing.pause_key(key=now, at=at, by=by, because={"drift": kinds})
    lines = [sentence(asdict(one)) for one in fresh]
    details = {"lines": lines, "paused": now.pauses or stopped, "when": f"{at:%Y-%m-%d %H:%M}"}
    outbox.tell(kind=Kind.DRIFT, key_id=key.pk, about=at.isoformat(), at=at, details=details)
    return True


def _add(flag: Flag, found: list[dict[str, Any]]) -> None:
    """Let a flag that is open say what else was found since, and the highest numbers."""
    kept = {(one["of"], one["word"]): one for one in flag.found}
    for one in found:
        place = (one["of"], one["word"])
        if place not in kept or kept[place]["now"] < one["now"]:
            kept[place] = one
    if list(kept.values()) != flag.found:
        Flag.objects.filter(pk=flag.pk).update(found=list(kept.values()))


def _words_of(found: list[Finding]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for one in found:
        if one.word:
            words.setdefault(TOLD_AS[one.of], []).append(one.word)
    return words
