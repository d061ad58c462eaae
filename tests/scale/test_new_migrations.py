"""A migration changes spread tables or others: Citus does not take both in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import ModelOperation, ModelOptionOperation

from config.spreading.tables import SPREAD

OURS = ("accounts", "apikeys", "memory", "portal", "proof")
# Up to here they run before a database can be spread: `manage.py distribute` asks for all of them.
BEFORE = {
    "accounts": "0034_key_of_lists",
    "apikeys": "0018_key_of_the_request_log",
    "memory": "0020_answers_without_their_own_index",
    "portal": "0001_links",
    "proof": "0004_keys_of_sealed_events",
}


def touched(migration: migrations.Migration) -> set[str]:
    """Return the tables that it changes.

    Of what it runs as code or as SQL its attribute `touches` says which tables they are.
    """
    found: set[str] = set()
    for operation in flat(migration.operations):
        if isinstance(operation, (migrations.RunPython, migrations.RunSQL)):
            found |= set(migration.touches)  # type: ignore[attr-defined] # not of Django's
        else:
            found.add(table_of(migration.app_label, operation))
    return found


def flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from flat(operation.database_operations)
        else:
            yield operation


def table_of(label: str, operation: Any) -> str:
    of_model = isinstance(operation, (ModelOperation, ModelOptionOperation))
    name = operation.name if of_model else operation.model_name
    return f"{label}_{name.lower()}"


def mixes(migration: migrations.Migration) -> bool:
    tables = touched(migration)
    return bool(tables & SPREAD.keys()) and bool(tables - SPREAD.keys())


def new_ones() -> list[migrations.Migration]:
    loader = MigrationLoader(None)
    names = loader.disk_migrations.items()
    return [one for (label, name), one in names if label in OURS and name > BEFORE[label]]


def test_each_is_of_spread_tables_or_of_others() -> None:
    assert [str(one) for one in new_ones() if mixes(one)] == []


def test_those_from_before_are_there() -> None:
    assert BEFORE.items() <= MigrationLoader(None).disk_migrations.keys()


def test_tables_are_called_as_they_are_here() -> None:
    """By app and model, which is how a migration is read above."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            assert model._meta.db_table == f"{label}_{model._meta.model_name}"


SPREAD_ONE = migrations.AddField("memory", "extra", models.TextField(default=""))
OTHER = migrations.AddField("purpose", "extra", models.TextField(default=""))
CODE = migrations.RunPython(migrations.RunPython.noop)


@pytest.mark.parametrize(
    ("operations", "touches", "mixed"),
    [
        ([SPREAD_ONE], None, False),
        ([OTHER], None, False),
        ([SPREAD_ONE, OTHER], None, True),
        ([SPREAD_ONE, CODE], {"memory_memory"}, False),
        ([SPREAD_ONE, CODE], {"memory_purpose"}, True),
        ([migrations.SeparateDatabaseAndState([SPREAD_ONE, OTHER])], None, True),
    ],
)
def test_one_of_both_is_found(
    operations: list[Operation], touches: set[str] | None, mixed: bool
) -> None:
    attributes: dict[str, Any] = {"operations": operations, "touches": touches}
    assert mixes(type("Migration", (migrations.Migration,), attributes)("0099", "memory")) == mixed


def test_code_has_to_say_what_it_touches() -> None:
    kind = type("Migration", (migrations.Migration,), {"operations": [CODE]})
    with pytest.raises(AttributeError):
        mixes(kind("0099", "memory"))
