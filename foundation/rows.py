"""Rows of tables as structs: what an INSERT names and what it is given are the same fields."""

from __future__ import annotations

from datetime import datetime
from types import NoneType
from typing import Any, get_args
from uuid import UUID

import msgspec

POSTGRESQL_TYPES = {UUID: "uuid", str: "text", datetime: "timestamptz", bool: "boolean"}


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


def insert_from(source: str, table: str, row: type[Row]) -> str:
    """Return the INSERT that takes `values_of` a row, once for each row of `source`, e.g. none."""
    columns = columns_of(row)
    placeholders = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {placeholders} FROM {source}"  # noqa: S608


def typed(row: type[Row]) -> str:
    """Return the SELECT that makes a row of `values_of`, with PostgreSQL's types."""
    types = {field.name: _type_of(field.type) for field in msgspec.structs.fields(row)}
    return f"SELECT {', '.join(f'%s::{types[name]} AS {name}' for name in columns_of(row))}"


def _type_of(annotation: Any) -> str:
    """Return PostgreSQL's type for a field, which may also be None."""
    kinds = set(get_args(annotation)) - {NoneType} or {annotation}
    return POSTGRESQL_TYPES[kinds.pop()]


def values_of(row: Row) -> tuple[Any, ...]:
    """Return the row's values. Lists and dictionaries become JSON text, as Django stores them."""
    return tuple(
        msgspec.json.encode(value).decode() if type(value) in (list, dict) else value
        for value in msgspec.structs.astuple(row)
    )
