"""An event of the record in the form in which it is sealed, version 1.

| part | what it holds | what empties it |
|---|---|---|
| `event` | all that stays: ids, kinds, times, decisions, the end user's pseudonym, and of `meta` the rest | nothing |
| `typed` | what callers typed: purpose, domain, their request id, an owner's reason to look | the erasure of the end user, of the project, of the account |
| `named` | what a project's people called things: keys, purposes, projects | the erasure of the project, of the account |
| `address` | where an owner made a change from | the same |

A part that may be emptied is hashed with a salt, and its digest is part of the event's leaf: when
words and salt are gone, the leaf still holds, and tells nothing of the words. The `user_id` is no
part of it: the pseudonym is.

What is added to an event later is sealed from then on by a version of its own; `meta` may hold
whatever it likes.
"""  # noqa: E501 - a table

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.models import AuditEvent
from foundation.moments import written
from proof.models import SALT, SealedEvent
from proof.sealed.hashes import GROUPS, digest_of, leaf_of

STAYS = (
    "id",
    "subject_id",
    "event_type",
    "app_id",
    "environment",
    "api_key_id",
    "scope",
    "purpose_class",
    "memory_ids",
    "revocation_grant_id",
    "reason_code",
    "decision_id",
    "policy_version",
    "server_request_id",
)
TYPED, REASON = ("purpose", "domain"), "reason"
NAMED = ("name", "new_name", "purpose_id", "purposes", "sentence")
ADDRESS = "address"


def parts_of(event: AuditEvent) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return what stays of an event, and by their GROUPS the words that may be emptied.

    Without the words, if it has none of a group.
    """
    meta: dict[str, Any] = dict(event.meta)
    typed = {name: getattr(event, name) for name in TYPED} | {REASON: meta.pop(REASON, None)}
    named = {name: meta.pop(name, None) for name in NAMED}
    address = {ADDRESS: meta.pop(ADDRESS, None)}
    stays = {name: _plain(getattr(event, name)) for name in STAYS}
    stays |= {"created_at": written(event.created_at), "meta": meta}
    # What no request did has an id of the service's own there, which stays.
    (stays if event.server_request_id is None else typed)["request_id"] = event.request_id
    groups = zip(GROUPS, (typed, named, address), strict=True)
    words = {group: {name: one for name, one in said.items() if one} for group, said in groups}
    return stays, {group: said for group, said in words.items() if said}


def sealed(event: AuditEvent, *, seal_id: UUID, position: int) -> SealedEvent:
    """Return the event's place in a seal, with fresh salts."""
    stays, words = parts_of(event)
    salts = {group: secrets.token_bytes(SALT) for group in words}
    digests = {group: digest_of(salts[group].hex(), said) for group, said in words.items()}
    return SealedEvent(
        event_id=event.pk,
        subject_id=event.subject_id,
        seal_id=seal_id,
        position=position,
        leaf=bytes.fromhex(leaf_of(stays, digests)),
        **{group: bytes.fromhex(digest) for group, digest in digests.items()},
        **{f"{group}_salt": salt for group, salt in salts.items()},
    )


def line_of(
    row: SealedEvent, event: AuditEvent | None, *, withholds: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return a line of the sealed record: an event as it was sealed, or its leaf if it is gone.

    Of the groups in `withholds` it has the digest alone.
    """
    line = leaf_line(row)
    if event is None:
        return line
    stays, words = parts_of(event)
    line["event"] = stays
    for group in GROUPS:
        part = _part(row, group, words.get(group), withheld=group in withholds)
        if part is not None:
            line[group] = part
    return line


def leaf_line(row: SealedEvent, **said: Any) -> dict[str, Any]:
    """Return a line with an event's leaf alone, and what else is `said`."""
    return {"position": row.position, "leaf": bytes(row.leaf).hex(), **said}


def _part(
    row: SealedEvent, group: str, words: Mapping[str, Any] | None, *, withheld: bool
) -> dict[str, Any] | None:
    digest, salt = getattr(row, group), getattr(row, f"{group}_salt")
    if withheld and digest is not None:
        return {"digest": bytes(digest).hex(), "withheld": True}
    if words is not None:  # with a salt or without, the digest must come out of these words
        return {"salt": bytes(salt or b"").hex(), "words": dict(words)}
    return None if digest is None else {"digest": bytes(digest).hex()}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
