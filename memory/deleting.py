"""Delete one memory: gone from the database, and from every answer that is decided afterwards."""

from __future__ import annotations

from uuid import UUID

from accounts import audit
from foundation import sql
from memory import events, locks, tallies
from memory.events import Caller
from memory.listing import MemoryNotFound, partition_of
from memory.models import Memory
from memory.refusals import check_scope


def delete_memory(caller: Caller, memory_id: UUID, *, user_id: str | None = None) -> None:
    """Delete a memory that has not expired; one that a revoke hid is still there to be deleted.

    With `user_id` it is one of that user's, and else not found; without, whose it is is looked up
    first (docs/architecture.md). Of two that delete it at once, one
    does. It waits for reads of its partition that are under way, as a revoke does; those that saw
    it start again. Raises MemoryNotFound or ScopeNotAllowed.
    """
    principal = caller.principal
    owner = (principal.project_id, principal.environment)
    kept = Memory.objects.of(*owner).unexpired(at=caller.at).filter(pk=memory_id)
    if user_id is not None:
        kept = kept.filter(subject_id=principal.subject_id(user_id))
    memory = kept.without_values().first()
    if memory is None:
        raise MemoryNotFound
    partition = partition_of(memory)
    check_scope(caller, partition, memory.user_id)
    kept = kept.filter(subject_id=memory.subject_id)
    with sql.writing():
        locks.exclude(partition)
        found = kept.without_values().select_for_update().first()
        if found is None:
            raise MemoryNotFound
        kept.delete()
        if found.hidden_at is None:
            tallies.take_off(found)
        audit.record(events.deleted(caller, partition, memory.user_id, memory.pk))
