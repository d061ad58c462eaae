"""Writes when and from where each secret was used last: to a minute, or to the request.

A secret that is used all the time is written once a minute, by one of the processes. A process
remembers what the database has, so that it asks nothing of it between. At once, with the requests
themselves, is written what somebody waits for or something depends on:

- a secret's first use;
- its first use after a rotation replaced it: its owner watches whether it is still used;
- every use of one that ends when it falls silent, since its end counts from its last use.

The address and the client are those of the use that is written, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from apikeys.usage.samples import RequestSample
from foundation import sql

ACCURACY = timedelta(minutes=1)
MOST_REMEMBERED = 50_000  # secrets, by a process
# The condition says for all processes together what `_is_due` says for one.
RECORD_USE = """
    UPDATE apikeys_secret SET last_used_at = %s, last_address = %s, last_user_agent = %s
    WHERE id = %s AND (
        last_used_at IS NULL
        OR last_used_at < %s
        OR (last_used_at < %s AND (ends_when_silent OR last_used_at <= replaced_at))
    )
"""
LAST_USE = "SELECT last_used_at FROM apikeys_secret WHERE id = %s AND last_used_at IS NOT NULL"


class LastUses:
    """The last uses of secrets that the database has, as far as this process knows."""

    def __init__(self) -> None:
        self._kept: dict[UUID, datetime] = {}

    def write(self, samples: Iterable[RequestSample]) -> dict[UUID, datetime]:
        """Write, in the caller's transaction, which uses are due to be written.

        Return what the database has then. Give that to `remember` when it is committed.
        """
        latest: dict[UUID, RequestSample] = {}
        for one in samples:
            known = latest.get(one.secret_id)
            if self._is_due(one) and (known is None or known.created_at <= one.created_at):
                latest[one.secret_id] = one
        # In one order in every process, or two of them would wait for each other.
        return {secret: _write(one) for secret, one in sorted(latest.items())}

    def remember(self, kept: dict[UUID, datetime]) -> None:
        """Take as known what `write` returned."""
        if len(self._kept) > MOST_REMEMBERED:
            self._kept.clear()
        self._kept.update(kept)

    def _is_due(self, one: RequestSample) -> bool:
        kept, at = self._kept.get(one.secret_id), one.created_at
        if kept is None or kept < at - ACCURACY:
            return True
        replaced_since = one.replaced_at is not None and kept <= one.replaced_at
        return kept < at and (one.ends_when_silent or replaced_since)


def _write(one: RequestSample) -> datetime:
    """Write the use, if it is due. Return the last one that the database has."""
    at, secret = one.created_at, one.secret_id
    use = (at, one.address, one.user_agent, secret, at - ACCURACY, at)
    if sql.change(RECORD_USE, use):
        return at
    kept = sql.rows(LAST_USE, (secret,))  # as another process wrote it
    return sql.as_moment(kept[0][0]) if kept else at
