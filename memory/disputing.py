"""A person says of a statement that it is not true, or that it is after all.

A disputed statement stays, and whoever lists memories sees that it is disputed; it takes no part in
any read until the person takes that back.
"""

from __future__ import annotations

from uuid import UUID

from accounts import audit
from foundation import sql
from memory import events, locks
from memory.events import Caller
from memory.listing import MemoryNotFound, partition_of
from memory.models import Memory


def dispute(caller: Caller, user_id: str, memory_id: UUID) -> None:
    """Let a statement of the user's take no part in reads.

    It waits for reads of its partition that are under way, as a revoke does; those that saw it
    start again. Disputed already, nothing changes. Raises MemoryNotFound.
    """
    _change(caller, user_id, memory_id, is_over=False)


def end_dispute(caller: Caller, user_id: str, memory_id: UUID) -> None:
    """Let a disputed statement be read again, by those who read from now on.

    Raises MemoryNotFound.
    """
    _change(caller, user_id, memory_id, is_over=True)


def _change(caller: Caller, user_id: str, memory_id: UUID, *, is_over: bool) -> None:
    subject_id = caller.principal.subject_id(user_id)
    live = Memory.objects.live(at=caller.at).filter(pk=memory_id, subject_id=subject_id)
    memory = live.without_values().first()
    if memory is None:
        raise MemoryNotFound
    partition = partition_of(memory)
    with sql.writing():
        locks.exclude(partition)
        found = live.without_values().select_for_update().first()
        if found is None:
            raise MemoryNotFound
        if (found.disputed_at is None) == is_over:
            return
        live.update(disputed_at=None if is_over else caller.at)
        event = events.disputed(caller, partition, found.user_id, found.pk, is_over=is_over)
        audit.record(event)
