"""The statements that every request may ask, with values that find nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from accounts import audit
from accounts.models.audit import EventType
from foundation.rows import values_of
from memory import statements
from memory.idempotency import CLAIM_ENDS

SOMEBODY = UUID(int=1)
SOMETHING = UUID(int=2)
DIGEST = b"\0" * 32
AT = datetime(2020, 1, 1, tzinfo=UTC)
PLACE = (SOMEBODY, "preferences", "")
EVENT = audit.Event(
    id=SOMETHING,
    subject_id=SOMEBODY,
    event_type=EventType.MEMORY_READ,
    app_id=SOMETHING,
    environment="test",
    decision_id=SOMETHING,
    request_id="",
    server_request_id=None,
    created_at=AT,
)
CLAIM = (SOMETHING, DIGEST, SOMEBODY, SOMETHING, AT, SOMETHING, *[AT] * CLAIM_ENDS)

# As it is called, its text, its values. Each is about one end user
# or one key, so it concerns one shard.
HOT: Sequence[tuple[str, str, Sequence[Any]]] = (
    ("the read of a partition", statements.SELECT_LIVE, (*PLACE, AT)),
    ("the read since a day", statements.SELECT_LIVE_SINCE, (*PLACE, AT, AT)),
    ("the domains of a read", statements.SELECT_DOMAINS, (*PLACE[:2], AT, 1)),
    ("what is still visible", statements.VISIBLE_IDS, PLACE),
    ("the look for a token's grant", statements.FIND_GRANT, (SOMEBODY, DIGEST, SOMETHING, "test")),
    ("the end of a grant", statements.CLOSE_GRANT, (AT, SOMETHING, SOMEBODY, AT)),
    ("the claim of an Idempotency-Key", statements.CLAIM_KEY, CLAIM),
    ("the release of an Idempotency-Key", statements.RELEASE_KEY, (SOMETHING, SOMETHING)),
    ("the look for a kept answer", statements.FIND_ANSWER, (SOMEBODY, SOMETHING, "test", "")),
    ("the record of a decision", audit.INSERT, values_of(EVENT)),
)
