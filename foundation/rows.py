"""Rows of tables as structs: what an INSERT names and what it is given are the same fields."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin
from uuid import UUID

import msgspec

POSTGRESQL_TYPES = {
    UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    bytes: "bytea",
    datetime: "timestamptz",
    date: "date",
    list: "jsonb",
    dict: "jsonb",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a table. A subclass's fields are named as the table's columns."""


def columns_of(row: type[Row]) -> tuple[str, ...]:
    """Return the names of the columns, in the order in which `values_of` gives their values."""
    return row.__struct_fields__


def insert_into(table: str, row: type[Row]) -> str:
    """Return the INSERT that takes `values_of` a row. `table` is a constant of ours."""
    columns = columns_of(row)
    placeholders = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({placeholders})"  # noqa: S608


def type_of(annotation: Any) -> str:
    """Return PostgreSQL's type for a field, which may also be None. Words of ours are text."""
    kinds = set(get_args(annotation)) - {NoneType} if _may_be_none(annotation) else {annotation}
    (kind,) = kinds
    kind = get_origin(kind) or kind
    return POSTGRESQL_TYPES[str if issubclass(kind, str) else kind]


def _may_be_none(annotation: Any) -> bool:
    return NoneType in get_args(annotation)


def values_of(row: Row) -> tuple[Any, ...]:
    """Return the row's values. Lists and dictionaries become JSON text, as Django stores them."""
    values = list(msgspec.structs.astuple(row))
    for index in _json_columns(type(row)):
        if values[index] is not None:
            values[index] = msgspec.json.encode(values[index]).decode()
    return tuple(values)


@cache
def _json_columns(row: type[Row]) -> tuple[int, ...]:
    """Return which of the row's values are kept as JSON."""
    fields = msgspec.structs.fields(row)
    return tuple(index for index, field in enumerate(fields) if type_of(field.type) == "jsonb")
