"""What the record keeps of a key, and what a mail says of how it happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts import audit
from accounts.audit import ChangedBy, who
from accounts.models import EventType
from apikeys.models import ApiKey
from apikeys.principal import Principal
from foundation import sql

KEY_PERMISSION = "KEY_PERMISSION"  # the reason of an event


def record_key(
    event_type: EventType,
    key: ApiKey,
    *,
    at: datetime,
    by: ChangedBy,
    changed: Mapping[str, Any] | None = None,
    reason_code: str | None = None,
) -> None:
    """Append an event about a key. Call it inside the transaction of the change."""
    audit.record(
        audit.Event(
            event_type=event_type,
            subject_id=key.project_id,
            app_id=key.project_id,
            environment=key.environment,
            api_key_id=key.pk,
            reason_code=reason_code,
            request_id=by.request_id,
            created_at=at,
            meta={**by.meta, "name": key.name, **(changed or {})},
        )
    )


def record_lacking(principal: Principal, needed: str | None, *, request_id: str) -> None:
    """Record, and commit, that a key was refused for a permission that it lacks."""
    with sql.writing():
        audit.record(
            audit.Event(
                event_type=EventType.POLICY_DENIED,
                subject_id=principal.project_id,
                app_id=principal.project_id,
                environment=principal.environment,
                api_key_id=principal.key_id,
                reason_code=KEY_PERMISSION,
                request_id=request_id,
                created_at=timezone.now(),
                meta={"permission": needed},
            )
        )


def told(by: ChangedBy, *, owner_id: UUID, at: datetime) -> dict[str, str]:
    """Say when and by whom something happened to what a person owns, as a mail to them does."""
    return {
        "when": f"{at:%Y-%m-%d %H:%M:%S}",
        "who": who(by.actor, owner_id=owner_id),
        "address": by.address,
    }
