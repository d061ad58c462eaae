"""Orders reads and revokes, stores and erasures, and repeats of an idempotent request.

A read that saw what a revoke hides commits before that revoke begins to hide, or it starts again.
A read and a revoke by token share the user, and then share or exclude one partition; what concerns
all that is held of a user excludes the user. So nobody needs to know which partitions there are,
nor holds more locks the more of them there are. A store shares a lock of its own with the other
stores of its user, which only an erasure excludes: no read and no revoke waits for a store.
On PostgreSQL these are advisory locks: they end with the transaction and write nothing. What is
checked under a lock is checked by a statement after it, because under READ COMMITTED a statement
sees what was committed before it began, not while it waited. On SQLite a transaction is alone from
its beginning, so there is nothing to lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from foundation import sql
from memory.statements import Partition

USER = "hashtextextended(concat_ws(' ', 'user', %s::uuid), 0)"
# One row, whatever is stored. A statement that ends so runs where the user's rows are: on tables
# that are spread over machines the lock is held beside the rows, whichever machine was asked. It
# costs nothing: PostgreSQL sees that nobody asks for the number, and does not count.
BESIDE = """FROM (
    SELECT count(*) FROM memory_memory
    WHERE subject_id = %s AND scope = '' AND domain = '' AND hidden_at IS NULL
) AS beside"""
SHARE = f"SELECT pg_advisory_xact_lock_shared({USER}), pg_advisory_xact_lock_shared(%s) {BESIDE}"
EXCLUDE = f"SELECT pg_advisory_xact_lock_shared({USER}), pg_advisory_xact_lock(%s) {BESIDE}"
SHARE_SOME = f"""
    SELECT pg_advisory_xact_lock_shared({USER}), pg_advisory_xact_lock_shared(n)
    {BESIDE}, unnest(%s::bigint[]) AS n
"""
SHARE_USER = f"SELECT pg_advisory_xact_lock_shared({USER}) {BESIDE}"
EXCLUDE_USER = f"SELECT pg_advisory_xact_lock({USER}) {BESIDE}"
STORES = "hashtextextended(concat_ws(' ', 'stores', %s::uuid), 0)"
EXCLUDE_STORES = f"SELECT pg_advisory_xact_lock({STORES}) {BESIDE}"
CLAIM = f"SELECT pg_try_advisory_xact_lock(%s) {BESIDE}"


def share(partition: Partition) -> None:
    """Hold off a revoke of this partition until the transaction ends."""
    if connection.vendor == "postgresql":
        sql.rows(SHARE, _values(partition))


def share_all(partitions: Iterable[Partition]) -> None:
    """Hold off revokes of all these partitions until the transaction ends.

    Whoever locks several takes them by users in the rising order of their pseudonyms, of each the
    user first, and then the partitions in the rising order of their numbers.
    """
    if connection.vendor == "postgresql":
        of_users: dict[UUID, set[int]] = {}
        for partition in partitions:
            of_users.setdefault(partition.subject_id, set()).add(number(partition))
        for subject_id, numbers in sorted(of_users.items()):
            sql.rows(SHARE_SOME, (subject_id, subject_id, sorted(numbers)))


def share_user(subject_id: UUID) -> None:
    """Hold off what concerns all that is held of a user, until the transaction ends."""
    if connection.vendor == "postgresql":
        sql.rows(SHARE_USER, (subject_id, subject_id))


def exclude(partition: Partition) -> None:
    """Wait for the reads of this partition that are under way, and hold off new ones."""
    if connection.vendor == "postgresql":
        sql.rows(EXCLUDE, _values(partition))


def exclude_user(subject_id: UUID) -> None:
    """Wait for the user's reads and revokes that are under way, and hold off new ones."""
    if connection.vendor == "postgresql":
        sql.rows(EXCLUDE_USER, (subject_id, subject_id))


def exclude_stores(subject_id: UUID) -> None:
    """Wait for the user's stores that are under way, and hold off new ones.

    Call it before `exclude_user`.
    """
    if connection.vendor == "postgresql":
        sql.rows(EXCLUDE_STORES, (subject_id, subject_id))


def claim(subject_id: UUID, environment: str, key: str) -> bool:
    """Take a subject's Idempotency-Key for this transaction; False while another one has it."""
    if connection.vendor != "postgresql":
        return True
    values = (number_of_key(subject_id, environment, key), subject_id)
    return bool(sql.rows(CLAIM, values)[0][0])


def _values(partition: Partition) -> tuple[UUID, int, UUID]:
    """Return what SHARE and EXCLUDE ask for."""
    return partition.subject_id, number(partition), partition.subject_id


def number(partition: Partition) -> int:
    """Return the number by which a partition is locked."""
    return _number("partition", partition.subject_id.hex, partition.scope, partition.domain)


def number_of_key(subject_id: UUID, environment: str, key: str) -> int:
    """Return the number by which a subject's Idempotency-Key is locked."""
    return _number("idempotency", subject_id.hex, environment, key)


def _number(*parts: str) -> int:
    """Return 64 bits for a name. Two names that share them wait for each other, and that is all."""
    name = "\0".join(parts).encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), signed=True)
