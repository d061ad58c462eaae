"""What the record keeps of each decision about memories. Never a value, a token or a key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys.principal import Principal
from memory.decisions import Decision
from memory.holdings import Place
from memory.policy.merging import Merged
from memory.policy.registry import Registry
from memory.policy.version import policy_version
from memory.statements import Grant, Partition


class Caller(msgspec.Struct, frozen=True):
    """Who asks, by which request, and when; and what their project registered.

    `by` is the owner who asks in the console, without a key, and `reason` why (memory/owners.py).
    """

    principal: Principal
    request_id: str
    at: datetime
    registry: Registry
    by: ChangedBy | None = None
    reason: str = ""

    @property
    def key_id(self) -> UUID | None:
        """Return the key that the record names."""
        return self.principal.key_id if self.by is None else None

    @property
    def meta(self) -> dict[str, Any]:
        """Return what the record says of an owner; of a key it needs no more than its id."""
        if self.by is None:
            return {}
        return {**self.by.meta, **({"reason": self.reason} if self.reason else {})}

    def partition(self, user_id: str, scope: str, domain: str) -> Partition:
        return Partition(self.principal.subject_id(user_id), scope, domain)

    def since(self, max_age_days: int | None) -> datetime | None:
        """Return the time after which a read finds what was stored, None for all of it."""
        return None if max_age_days is None else self.at - timedelta(days=max_age_days)


def memory_created(
    caller: Caller, partition: Partition, user_id: str, memory_id: UUID, *, replace: bool
) -> audit.Event:
    return _event(
        EventType.MEMORY_CREATE,
        caller,
        partition,
        user_id,
        memory_ids=[str(memory_id)],
        meta={"replace": True} if replace else {},
    )


def memory_read(
    caller: Caller,
    grant: Grant,
    decision: Decision,
    *,
    max_age_days: int | None,
    detailed: bool,
    merged: Merged,
    memory_ids: list[str],
    reason: str | None,
) -> audit.Event:
    meta: dict[str, Any] = {
        "max_age_days": max_age_days,
        "confidence": merged.confidence,
        **_purpose_of(decision),
        **_shadow_of(decision),
    }
    if detailed:
        meta["detail"] = True
    return _event(
        EventType.MEMORY_READ,
        caller,
        grant.partition,
        grant.user_id,
        memory_ids=memory_ids,
        purpose=grant.purpose,
        purpose_class=decision.purpose_class,
        decision_id=decision.decision_id,
        revocation_grant_id=grant.id,
        reason_code=reason,
        meta=meta,
    )


def refused(
    caller: Caller,
    partition: Partition,
    user_id: str,
    *,
    reason: str | None,
    decision: Decision | None = None,
    purpose: str | None = None,
    grant: Grant | None = None,
    every_domain: bool = False,
) -> audit.Event:
    """Record a refusal: by the policy, by the key's own limits, or because the grant has ended.

    No domain is every domain where `meta` says so.
    """
    known: dict[str, Any] = {"reason_code": reason, "purpose": purpose}
    if decision is not None:
        known |= {
            "purpose_class": decision.purpose_class,
            "decision_id": decision.decision_id,
            "meta": _purpose_of(decision) | _refused_terms(decision),
        }
        if reason == decision.reason_code:  # else the grant had ended, whatever the policy
            known["meta"] |= _shadow_of(decision)
    if every_domain:
        known["meta"]["every_domain"] = True
    if grant is not None:
        known |= {"revocation_grant_id": grant.id}
    return _event(EventType.POLICY_DENIED, caller, partition, user_id, **known)


def revoked(caller: Caller, grant: Grant, *, hidden: list[str]) -> audit.Event:
    return _event(
        EventType.MEMORY_REVOKE,
        caller,
        grant.partition,
        grant.user_id,
        memory_ids=hidden,
        revocation_grant_id=grant.id,
    )


def listed(
    caller: Caller, partition: Partition, user_id: str, memory_ids: list[str]
) -> audit.Event:
    """Record what was shown as it was stored; of a list under every scope the scope is empty."""
    return _event(EventType.MEMORY_LIST, caller, partition, user_id, memory_ids=memory_ids)


def deleted(caller: Caller, partition: Partition, user_id: str, memory_id: UUID) -> audit.Event:
    return _event(EventType.MEMORY_DELETE, caller, partition, user_id, memory_ids=[str(memory_id)])


def disputed(
    caller: Caller, partition: Partition, user_id: str, memory_id: UUID, *, is_over: bool
) -> audit.Event:
    kind = EventType.MEMORY_DISPUTE_END if is_over else EventType.MEMORY_DISPUTE
    return _event(kind, caller, partition, user_id, memory_ids=[str(memory_id)])


def withdrawn(
    caller: Caller, where: Place, user_id: str, *, hidden: list[str], grants: int
) -> audit.Event:
    """Record a revoke without a token: where the scope or the domain is empty, `meta` says which.

    No scope is every scope; no domain is every domain where `meta` says so.
    """
    meta: dict[str, Any] = {"grants_closed": grants}
    if where.domain is None:
        meta["every_domain"] = True
    partition = Partition(where.subject_id, where.scope or "", where.domain or "")
    return _event(EventType.MEMORY_REVOKE, caller, partition, user_id, memory_ids=hidden, meta=meta)


def of_user(
    event_type: EventType,
    caller: Caller,
    user_id: str | None,
    subject_id: UUID,
    *,
    memory_ids: list[str] | None = None,
    meta: dict[str, Any] | None = None,
) -> audit.Event:
    """Record what concerns all that is held of a user; of an erasure without the user's id."""
    everywhere = Partition(subject_id, "", "")
    return _event(
        event_type, caller, everywhere, user_id, memory_ids=memory_ids or [], meta=meta or {}
    )


def _purpose_of(decision: Decision) -> dict[str, Any]:
    """Say which registered purpose was named, if one was."""
    if decision.purpose_id is None:
        return {}
    return {"purpose_id": decision.purpose_id, "purpose_revision": decision.purpose_revision}


def _shadow_of(decision: Decision) -> dict[str, Any]:
    """Say what the draft in shadow would have said, if that is the other answer; null is a yes."""
    shadow = decision.shadow
    if shadow is None:
        return {}
    return {"shadow": {"reason": shadow.reason, "policy_version": shadow.policy_version}}


def _refused_terms(decision: Decision) -> dict[str, Any]:
    """Name the words by which a purpose was refused: words of the policy's own tables."""
    return {"refused_terms": list(decision.refused_terms)} if decision.refused_terms else {}


def _event(
    event_type: EventType, caller: Caller, partition: Partition, user_id: str | None, **known: Any
) -> audit.Event:
    principal = caller.principal
    if caller.by is not None:
        known["meta"] = {**caller.meta, **known.get("meta", {})}
    return audit.Event(
        event_type=event_type,
        subject_id=partition.subject_id,
        app_id=principal.project_id,
        environment=principal.environment,
        api_key_id=caller.key_id,
        user_id=user_id or None,
        scope=partition.scope or None,
        domain=partition.domain or None,
        policy_version=policy_version(caller.registry),
        request_id=caller.request_id,
        created_at=caller.at,
        **known,
    )
