"""A key that came over plain HTTP, where only HTTPS is served: its owner is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from apikeys import authentication, throttling
from apikeys.models import Kind
from apikeys.notices import outbox
from foundation import sql
from foundation.addresses import client_address, counted_networks

logger = logging.getLogger(__name__)

MOST_TOLD = 10_000
_told: dict[UUID, date] = {}  # by this process; a constraint keeps the others to once a day too


@sensitive_variables("text")
def tell_owner(text: str, meta: Mapping[str, Any]) -> None:
    """Tell the owner of a live key, at most once a day. Whatever fails, the request is refused."""
    at = timezone.now()
    try:
        principal = authentication.found(text, counted_networks(meta), at=at)
        if _told.get(principal.key_id) == at.date():
            return
        with sql.writing():
            outbox.tell(
                kind=Kind.PLAIN_HTTP,
                key_id=principal.key_id,
                about=f"{at:%Y-%m-%d}",
                at=at,
                details={"address": client_address(meta), "when": f"{at:%Y-%m-%d %H:%M:%S}"},
            )
    except (authentication.InvalidApiKey, throttling.RateLimited):
        return
    except (DatabaseError, InterfaceError) as error:
        logger.error("An owner was not told of plain HTTP: %s", type(error).__name__)
        return
    if len(_told) > MOST_TOLD:
        _told.clear()
    _told[principal.key_id] = at.date()
