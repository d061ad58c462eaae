"""Keys of tables change while others write, and a change that was cancelled is gone on with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, OperationalError, connection

from foundation import migrating
from foundation.migrating import narrow_key, widen_key

TABLE = "migrating_keys"
PRIMARY, UNIQUE = "migrating_keys_pkey", "migrating_keys_name_is_unique"
CREATE = f"""
    CREATE TABLE {TABLE} (
        id integer NOT NULL, place integer NOT NULL, name text NOT NULL,
        CONSTRAINT {PRIMARY} PRIMARY KEY (id), CONSTRAINT {UNIQUE} UNIQUE (name)
    )
"""

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def table(db: None) -> Iterator[str]:
    run(CREATE)
    run(f"INSERT INTO {TABLE} VALUES (1, 1, 'one'), (2, 1, 'two')")
    yield TABLE
    run(f"DROP TABLE {TABLE}")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def widen(constraint: str, *columns: str) -> None:
    with connection.schema_editor(atomic=False) as editor:
        widen_key(editor, TABLE, constraint, columns)


def narrow(constraint: str, *columns: str) -> None:
    with connection.schema_editor(atomic=False) as editor:
        narrow_key(editor, TABLE, constraint, columns)


def keys() -> dict[str, tuple[str, int]]:
    """Return how each key of the table is defined, and which index it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid), conindid FROM pg_constraint"
            " WHERE conrelid = %s::regclass",
            [TABLE],
        )
        return {name: (definition, index) for name, definition, index in cursor.fetchall()}


def definitions() -> dict[str, str]:
    return {name: definition for name, (definition, _) in keys().items()}


def indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [TABLE])
        return sorted(name for (name,) in cursor.fetchall())


@pytest.mark.postgresql
@pytest.mark.usefixtures("table")
class TestKeys:
    def test_they_get_a_column_and_lose_it_again_and_keep_their_name_and_kind(self) -> None:
        before = definitions()
        widen(PRIMARY, "id", "place")
        widen(UNIQUE, "place", "name")
        assert definitions() == {PRIMARY: "PRIMARY KEY (id, place)", UNIQUE: "UNIQUE (place, name)"}
        run(f"INSERT INTO {TABLE} VALUES (1, 2, 'one')")
        with pytest.raises(IntegrityError, match=PRIMARY):
            run(f"INSERT INTO {TABLE} VALUES (1, 2, 'other')")
        run(f"DELETE FROM {TABLE} WHERE place = 2")
        narrow(PRIMARY, "id")
        narrow(UNIQUE, "name")
        assert definitions() == before
        assert indexes() == [UNIQUE, PRIMARY]

    def test_one_that_is_as_it_should_be_is_left_alone(self) -> None:
        widen(PRIMARY, "id", "place")
        before = keys()
        widen(PRIMARY, "id", "place")
        assert keys() == before

    def test_an_index_of_a_cancelled_run_that_is_not_valid_is_made_again(self) -> None:
        """Two rows that are alike stop the building of an index as a cancelled statement does."""
        run(f"ALTER TABLE {TABLE} DROP CONSTRAINT {UNIQUE}")
        run(f"INSERT INTO {TABLE} VALUES (3, 1, 'two')")
        index = f"{PRIMARY}_next"
        with pytest.raises(IntegrityError):
            run(f"CREATE UNIQUE INDEX CONCURRENTLY {index} ON {TABLE} (name, place)")
        run(f"DELETE FROM {TABLE} WHERE id = 3")
        assert index in indexes()
        widen(PRIMARY, "name", "place")
        assert definitions() == {PRIMARY: "PRIMARY KEY (name, place)"}
        assert indexes() == [PRIMARY]

    def test_an_index_of_a_cancelled_run_that_is_done_is_taken(self) -> None:
        run(f"CREATE UNIQUE INDEX {PRIMARY}_next ON {TABLE} (id, place)")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT '{PRIMARY}_next'::regclass::oid::bigint")
            ((made,),) = cursor.fetchall()
        widen(PRIMARY, "id", "place")
        assert keys()[PRIMARY] == ("PRIMARY KEY (id, place)", made)

    def test_rows_that_are_alike_in_fewer_columns_keep_the_wider_key(self) -> None:
        widen(PRIMARY, "id", "place")
        run(f"INSERT INTO {TABLE} VALUES (1, 2, 'other')")
        with pytest.raises(IntegrityError):
            narrow(PRIMARY, "id")
        assert definitions()[PRIMARY] == "PRIMARY KEY (id, place)"
        run(f"DELETE FROM {TABLE} WHERE place = 2")
        narrow(PRIMARY, "id")
        assert definitions()[PRIMARY] == "PRIMARY KEY (id)"

    def test_whoever_holds_the_table_does_not_stop_all_others_for_long(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "100ms")
        run(f"CREATE UNIQUE INDEX {PRIMARY}_next ON {TABLE} (id, place)")
        other = connection.copy()
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(f"SELECT FROM {TABLE}")
            with pytest.raises(OperationalError, match="lock timeout"):
                widen(PRIMARY, "id", "place")
            other.rollback()
            widen(PRIMARY, "id", "place")
        finally:
            other.close()
        assert definitions()[PRIMARY] == "PRIMARY KEY (id, place)"

    def test_a_key_that_is_not_there_is_said(self) -> None:
        with pytest.raises(LookupError, match="migrating_keys has no key other"):
            widen("other", "id", "place")


@pytest.mark.usefixtures("table")
def test_a_table_of_sqlite_keeps_its_keys() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite")
    widen(PRIMARY, "id", "place")
    with pytest.raises(IntegrityError):
        run(f"INSERT INTO {TABLE} VALUES (1, 2, 'other')")
