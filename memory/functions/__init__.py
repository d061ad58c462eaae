"""The hot transactions as functions of PostgreSQL, made of the texts that SQLite runs in parts.

Each takes the end user's pseudonym first and touches rows of that end user alone: one call is one
trip and one transaction, and on tables that are spread over machines (docs/scale.md) it runs on the
machine where these rows are. `memory/writes.py` calls them, and has the same in parts.

A statement of a function sees what was committed before it began (READ COMMITTED): what is checked
after a lock is what was there once the lock was held. Locks are taken by statements that look at
the end user's rows, so that they are held where the rows are, whichever machine was asked. No
statement has one within it that changes something, and none returns what a function makes: spread
tables take neither.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from memory.functions.counting import LOCK_PARTS as LOCK_PARTS
from memory.functions.parts import CROWDED as CROWDED
from memory.functions.parts import Function
from memory.functions.reading import CONTINUE as CONTINUE
from memory.functions.reading import GRANT_READ as GRANT_READ
from memory.functions.reading import GRANTED as GRANTED
from memory.functions.revoking import REVOKE as REVOKE
from memory.functions.storing import BUSY as BUSY
from memory.functions.storing import KEPT as KEPT
from memory.functions.storing import STORE as STORE
from memory.functions.storing import STORE_ONCE as STORE_ONCE

OF_A_USER = {one.name: one for one in (STORE, STORE_ONCE, GRANT_READ, CONTINUE, REVOKE)}
FUNCTIONS = {**OF_A_USER, LOCK_PARTS.name: LOCK_PARTS}


def create(
    schema_editor: BaseDatabaseSchemaEditor, *, those: Iterable[Function] = FUNCTIONS.values()
) -> None:
    """Make the functions as they are here, in place of those that are called alike."""
    if schema_editor.connection.vendor == "postgresql":
        for one in those:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {one.signature}")
            schema_editor.execute(one.create, params=None)


def drop(schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for one in FUNCTIONS.values():
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {one.signature}")
