"""Records the addresses that keys are used from, and tells the owner of each new one.

A key's first address is none of these: every new key would cry wolf. It is told of a key that is
older than addresses are kept, of which nobody can say whether it is the first.

A process remembers what it has written today, so that a service whose clients always come from the
same addresses writes nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from apikeys.models import ApiKey, KeyAddress, Kind
from apikeys.notices import outbox
from apikeys.usage.samples import RequestSample
from foundation import sql
from foundation.addresses import LONGEST_ADDRESS, network_of

ADDRESSES_KEPT = timedelta(days=90)  # after their last use
MOST_ADDRESSES = 1000  # of a key; what comes after them is neither told nor kept
MOST_REMEMBERED = 50_000  # pairs of a key and an address, by a process


class FirstUses:
    """The keys and addresses that this process has written, with the day of their last use."""

    def __init__(self) -> None:
        self._written: dict[tuple[UUID, str], date] = {}

    def write(self, samples: Iterable[RequestSample]) -> None:
        """Write the addresses among these requests that are new, or new today, in one transaction.

        An address is a key's: the same one is new for another key.
        """
        last = {(one.key_id, one.address): one for one in samples}
        by_network = {
            (key_id, network_of(address)[:LONGEST_ADDRESS]): one
            for (key_id, address), one in last.items()
        }
        news = {
            pair: one
            for pair, one in by_network.items()
            if self._written.get(pair) != one.created_at.date()
        }
        if not news:
            return
        with sql.writing():
            for (key_id, address), one in sorted(news.items(), key=lambda entry: entry[0]):
                _write(key_id, address, one)
        if len(self._written) > MOST_REMEMBERED:
            self._written.clear()
        self._written.update({pair: one.created_at.date() for pair, one in news.items()})


def _write(key_id: UUID, address: str, sample: RequestSample) -> None:
    at = sample.created_at
    of_key = KeyAddress.objects.filter(key_id=key_id)
    if of_key.filter(address=address).update(last_used_at=at):
        return
    known = of_key.count()
    if known >= MOST_ADDRESSES:
        return
    row = KeyAddress(key_id=key_id, address=address, first_used_at=at, last_used_at=at)
    KeyAddress.objects.bulk_create([row], ignore_conflicts=True)  # another process was faster
    if not known and _is_young(key_id, at=at):
        return
    outbox.tell(
        kind=Kind.NEW_ADDRESS,
        key_id=key_id,
        about=f"{address} {at:%Y-%m-%d}",
        at=at,
        details={
            "address": sample.address,
            "user_agent": sample.user_agent,
            "when": f"{at:%Y-%m-%d %H:%M:%S}",
        },
    )


def _is_young(key_id: UUID, *, at: datetime) -> bool:
    return ApiKey.objects.filter(pk=key_id, created_at__gt=at - ADDRESSES_KEPT).exists()
