"""What the functions of the database are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from accounts import audit
from foundation.rows import Row, columns_of, type_of
from memory import tallies
from memory.places import PLACES, SHARDS
from memory.statements import MemoryRow


class Function(msgspec.Struct, frozen=True):
    """A function of the database, and the statement that calls it.

    `takes` are its parameters, each with its type.
    """

    name: str
    takes: tuple[str, ...]
    returns: str
    body: str

    @property
    def signature(self) -> str:
        """Return the name with the types, which tell it from others of that name."""
        return f"{self.name}({', '.join(one.partition(' ')[2] for one in self.takes)})"

    @property
    def create(self) -> str:
        return (
            f"CREATE FUNCTION {self.name}({', '.join(self.takes)}) RETURNS {self.returns}"
            f" LANGUAGE plpgsql VOLATILE AS $$\n{self.body}\n$$"
        )

    @property
    def call(self) -> str:
        return f"SELECT * FROM {self.name}({', '.join(['%s'] * len(self.takes))})"  # noqa: S608 - names of ours


def named(text: str, names: Iterable[str]) -> str:
    """Return the statement with a parameter's name for each of its placeholders."""
    rest = iter(names)
    text = re.sub(r"%s", lambda _: next(rest), text)
    if (left := next(rest, None)) is not None:
        raise ValueError(f"{left} has no place in {text}")
    return text.strip()


def performed(text: str, names: Iterable[str]) -> str:
    """Return a statement that is run for what it does, and not for its answer."""
    return named(text, names).replace("SELECT", "PERFORM", 1)


def fields(prefix: str, row: type[Row]) -> Iterator[str]:
    """Yield the names of the parameters that are a row, in the order of `values_of`."""
    return (f"{prefix}_{column}" for column in columns_of(row))


def takes(prefix: str, row: type[Row]) -> Iterator[str]:
    """Yield them with their types."""
    for field in msgspec.structs.fields(row):
        yield f"{prefix}_{field.name} {type_of(field.type)}"


def insert(text: str, prefix: str, row: type[Row], **others: str) -> str:
    """Return the INSERT of a row whose values are parameters, or `others`, by column."""
    return named(text, (others.get(one[2:], one) for one in fields(prefix, row)))


CROWDED = "crowded"
MEMORY, GRANT, ANSWER, EVENT, IDS = "m", "g", "a", "e", "i"
STORES = (MEMORY, MemoryRow)
RECORDS = (EVENT, audit.Event)
LISTS = (IDS, audit.IdListRow)

INSERT_EVENT = insert(audit.INSERT, *RECORDS)
KEEP_IDS = insert(audit.KEEP_IDS, *LISTS)

LEVEL = """
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'This needs READ COMMITTED.';
        END IF;"""
# The part of the counts in which the end user is counted, as memory/places.py has it.
PART = f"""
        part integer := ((uuid_hash(subject)::bigint + 2147483648) * {SHARDS}) >> 32;
        place_of_part uuid := ('{{{",".join(map(str, PLACES))}}}'::uuid[])[part + 1];"""


def part(prefix: str, kind: str) -> tuple[str, ...]:
    project = f"{prefix}_{'app' if prefix == EVENT else 'project'}_id"
    return (project, f"{prefix}_environment", f"'{kind}'", "part", "place_of_part")


def count(prefix: str, kind: str, most: str) -> str:
    return named(tallies.COUNT, (*part(prefix, kind), most))


def take_off(number: str, prefix: str, kind: str) -> str:
    return named(tallies.TAKE_OFF, (number, *part(prefix, kind)))
