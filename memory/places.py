"""Says beside which end users each part of a count lies, where tables are spread over machines.

A spread table (docs/scale.md) lays a row where the hash of one of its columns falls: PostgreSQL's
own hash of a UUID, whose 32 bits are cut into slices of one size. A count that is kept in SHARDS
parts is therefore cut the same way: a part counts the end users of one slice, and has a `place` in
that slice, so that its row lies on the machine of theirs. On one machine it is a number like any
other.
"""

from __future__ import annotations

from itertools import count
from uuid import UUID

# Several times what stores of one project at once: two of the same row wait for each other.
SHARDS = 32

_WORD = 0xFFFFFFFF
_START = (0x9E3779B9 + 16 + 3923095) & _WORD  # of a key of 16 bytes


def shard_of(subject_id: UUID) -> int:
    """Return the number of the part that counts this end user, below SHARDS."""
    return ((uuid_hash(subject_id) + 2**31) & _WORD) * SHARDS >> 32


def uuid_hash(value: UUID) -> int:
    """Return what PostgreSQL's function uuid_hash does: a signed number of 32 bits.

    Bob Jenkins' lookup3 of 16 bytes, as servers with little-endian processors compute it; a test
    asks one.
    """
    k = value.bytes
    a = _START + int.from_bytes(k[0:4], "little") & _WORD
    b = _START + int.from_bytes(k[4:8], "little") & _WORD
    c = _START + int.from_bytes(k[8:12], "little") & _WORD
    for turn, back in ((4, 28), (6, 26), (8, 24), (16, 16), (19, 13), (4, 28)):
        a = ((a - c) ^ ((c << turn) | (c >> back))) & _WORD
        c = (c + b) & _WORD
        a, b, c = b, c, a
    a = a + int.from_bytes(k[12:16], "little") & _WORD
    for turn, back in ((14, 18), (11, 21), (25, 7), (16, 16), (4, 28), (14, 18), (24, 8)):
        c = ((c ^ b) - ((b << turn) | (b >> back))) & _WORD
        a, b, c = b, c, a
    return b - 2**32 if b >= 2**31 else b


def _places() -> tuple[UUID, ...]:
    """Return the smallest UUID of each slice, but the nil one: rows hold them, so they stay."""
    first: dict[int, UUID] = {}
    for number in count(1):
        place = UUID(int=number)
        first.setdefault(shard_of(place), place)
        if len(first) == SHARDS:
            return tuple(first[shard] for shard in range(SHARDS))
    raise AssertionError("Numbers do not end.")


PLACES = _places()
