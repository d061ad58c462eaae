"""Receipts: what was decided about memories, signed, for whoever has to show it later.

A receipt tells an event of the record, in the record's own names, by ids, classes and counts. What
callers typed is left out (user, domain, purpose, request id), and so are values and the pseudonym:
it can outlive an erasure, and names nobody. Who may ask the record finds the event by its id.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from enum import StrEnum
from typing import NotRequired, TypedDict

import rfc8785
from django.conf import settings

from accounts import audit
from proof import signing

TYPE = "memory-scope-receipt+jwt"
# What an event tells in `meta` that a receipt tells too.
OF_META = (
    "purpose_id",
    "purpose_revision",
    "every_domain",
    "memory_count",
    "memory_ids_sha256",
)

logger = logging.getLogger("memory_scope.proof")


class Kind(StrEnum):
    """What was done."""

    READ = "read"
    CONTINUE = "continue"
    REVOKE = "revoke"
    ERASE = "erase"


class Counts(TypedDict):
    """What there was before a revoke or an erasure, or is after it; of a revoke the first two."""

    memories: int
    open_grants: int
    idempotency_records: NotRequired[int]
    audit_events: NotRequired[int]


def of_read(kind: Kind, event: audit.Event, summary: Mapping[str, object]) -> str | None:
    """Return the receipt of a read or its continuation, with the digest of what it answered.

    Of what was committed already: None if it cannot be signed.
    """
    return _signed(kind, event, summary=summary)


def of_ending(kind: Kind, event: audit.Event, *, before: Counts, after: Counts) -> str | None:
    """Return the receipt of a revoke or an erasure: None if it cannot be signed, as of a read."""
    return _signed(kind, event, before=before, after=after)


def digest(summary: Mapping[str, object]) -> str:
    """Return the SHA-256 of a summary's canonical JSON (RFC 8785), in hexadecimal.

    Whoever parses the answer, in any language, can write the same bytes again.
    """
    return hashlib.sha256(rfc8785.dumps(dict(summary))).hexdigest()  # type: ignore[arg-type] # summaries are JSON


def claims(kind: Kind, event: audit.Event) -> dict[str, object]:
    """Return what every receipt says of its event; what the event does not know is left out."""
    event, _ = audit.shortened(event)
    known = {
        "iss": settings.SITE_URL,
        "iat": int(event.created_at.timestamp()),
        "kind": kind,
        "event_id": event.id,
        "app_id": event.app_id,
        "environment": event.environment,
        "decision_id": event.decision_id,
        "revocation_grant_id": event.revocation_grant_id,
        "scope": event.scope,
        "purpose_class": event.purpose_class,
        "policy_version": event.policy_version,
        **{name: event.meta.get(name) for name in OF_META},
    }
    told = {name: value for name, value in known.items() if value is not None}
    return told if kind is Kind.ERASE else {**told, "memory_ids": event.memory_ids}


def _signed(
    kind: Kind, event: audit.Event, summary: Mapping[str, object] | None = None, **counts: Counts
) -> str | None:
    """Sign what is committed by now, so nothing that fails here may take its answer away."""
    try:
        told = claims(kind, event) | counts
        if summary is not None:
            told["summary_sha256"] = digest(summary)
        return signing.sign(told, typ=TYPE)
    except Exception as error:
        # Without the error's own words: they may hold a part of the summary.
        logger.error("A receipt could not be signed: %s", type(error).__name__)
        return None
