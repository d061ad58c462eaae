"""Notes the addresses that keys are used from; the first use from a new one is told the owner.

A process remembers what it has written today, so that a service that is always asked from the same
places writes nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from accounts import sql
from accounts.addresses import home_of
from apikeys import notices
from apikeys.notice_rows import LONGEST_ADDRESS, KeyAddress, Kind

if TYPE_CHECKING:
    from apikeys.usage import Noted

MOST_ADDRESSES = 1000  # of a key; what comes after them is neither told nor kept
MOST_REMEMBERED = 50_000  # places, by a process


class FirstUses:
    """The keys and addresses that this process has written, with the day of their last use."""

    def __init__(self) -> None:
        self._written: dict[tuple[UUID, str], date] = {}

    def write(self, taken: Iterable[Noted]) -> None:
        """Write the places among these requests that are new, or new today, in one transaction."""
        last = {(one.key_id, one.address): one for one in taken}
        places = {
            (key_id, home_of(address)[:LONGEST_ADDRESS]): one
            for (key_id, address), one in last.items()
        }
        news = {
            place: one for place, one in places.items() if self._written.get(place) != one.at.date()
        }
        if not news:
            return
        with sql.writing():
            for (key_id, address), one in sorted(news.items(), key=lambda entry: entry[0]):
                _write(key_id, address, one)
        if len(self._written) > MOST_REMEMBERED:
            self._written.clear()
        self._written.update({place: one.at.date() for place, one in news.items()})


def _write(key_id: UUID, address: str, one: Noted) -> None:
    of_key = KeyAddress.objects.filter(key_id=key_id)
    if of_key.filter(address=address).update(last_used_at=one.at):
        return
    if of_key.count() >= MOST_ADDRESSES:
        return
    row = KeyAddress(key_id=key_id, address=address, first_used_at=one.at, last_used_at=one.at)
    KeyAddress.objects.bulk_create([row], ignore_conflicts=True)  # another process was faster
    notices.tell(
        kind=Kind.NEW_ADDRESS,
        key_id=key_id,
        about=f"{address} {one.at:%Y-%m-%d}",
        at=one.at,
        address=one.address,
        user_agent=one.user_agent,
        when=f"{one.at:%Y-%m-%d %H:%M:%S}",
    )
