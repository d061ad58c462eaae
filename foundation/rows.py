"""Rows of tables as structs: what an INSERT names and what it is given are the same fields."""

from __future__ import annotations

from typing import Any

import msgspec


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


def values_of(row: Row) -> tuple[Any, ...]:
    """Return the row's values. Lists and dictionaries become JSON text, as Django stores them."""
    return tuple(
        msgspec.json.encode(value).decode() if type(value) in (list, dict) else value
        for value in msgspec.structs.astuple(row)
    )
