"""A row of the record stays as it was written, but for what it says of a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.audit import ChangedBy, Event, record
from accounts.erasing import WithoutWords
from accounts.models import AuditEvent, EventType, Project
from accounts.retention import remove_events
from foundation import sql
from foundation.identifiers import new_id
from tests.doors import Api
from tests.makers import BY, NOW, make_key
from tests.memory.registered import register

DAY = timedelta(days=1)


def another(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if isinstance(value, datetime):
        return value + 366 * DAY
    return {"x": 1} if isinstance(value, dict) else ["x"] if isinstance(value, list) else "test-2"


class TestAppendOnly:
    @pytest.fixture
    def event(self, api: Api) -> AuditEvent:
        api.remember()
        api.read()
        return AuditEvent.objects.get(event_type="MEMORY_READ")

    @pytest.mark.parametrize(
        "column",
        [
            # Citus refuses it before the record does.
            pytest.param(name, marks=[pytest.mark.not_spread] if name == "subject_id" else [])
            for name in (field.attname for field in AuditEvent._meta.fields)
        ],
    )
    def test_no_column_can_be_changed(self, event: AuditEvent, column: str) -> None:
        rows = AuditEvent.objects.filter(pk=event.pk)
        known = {"environment": "live", "event_type": EventType.MEMORY_CREATE}
        value = known.get(column, another(getattr(event, column)))
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(**{column: value})
        assert getattr(rows.get(), column) == getattr(event, column)

    def test_the_users_name_can_be_emptied_and_never_filled_again(self, event: AuditEvent) -> None:
        rows = AuditEvent.objects.filter(pk=event.pk)
        assert rows.update(user_id=None) == 1
        for value in ("user_1", ""):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                rows.update(user_id=value)
        emptied = rows.get()
        assert (emptied.user_id, emptied.subject_id) == (None, event.subject_id)

    @pytest.mark.parametrize(
        ("column", "empty"), [("purpose", None), ("domain", None), ("request_id", "")]
    )
    def test_what_was_typed_can_be_emptied_and_never_filled_again(
        self, event: AuditEvent, column: str, empty: str | None
    ) -> None:
        rows = AuditEvent.objects.filter(pk=event.pk)
        assert rows.update(**{column: empty}) == 1
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**{column: "other"})
        assert getattr(rows.get(), column) == empty

    def test_a_change_can_lose_its_names_and_its_address_and_nothing_else(
        self, project: Project
    ) -> None:
        by = ChangedBy(actor="someone", request_id="r", address="192.0.2.7")
        key, _ = make_key(project, name="Büro", by=by)
        rows = AuditEvent.objects.filter(api_key_id=key.pk)
        for changed in (
            {"name": "Büro"},
            {},
            {"actor": "other", "name": "Büro"},
            {"actor": "someone", "name": "Other"},
            {"actor": "someone", "name": "Büro", "address": "192.0.2.7", "more": 1},
            {"actor": "someone", "name": "Büro", "address": None},
            {"actor": "someone", "new_name": "Büro"},
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                rows.update(meta=changed)
        assert rows.update(meta=WithoutWords("meta")) == 1
        assert rows.get().meta == {"actor": "someone"}
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(meta={"actor": "someone", "name": "Büro"})

    def test_a_purpose_can_lose_what_it_was_registered_as_and_nothing_else(
        self, project: Project
    ) -> None:
        register(project, purpose_id="first")
        make_key(project, purposes=["first"])
        for rows in (
            AuditEvent.objects.filter(event_type="PURPOSE_PROPOSE"),
            AuditEvent.objects.filter(event_type="KEY_CREATE"),
        ):
            meta = rows.get().meta
            for changed in (
                {**meta, "purpose_id": "other"},
                {**meta, "sentence": "Other."},
                {**meta, "purposes": ["first", "other"]},
                {**meta, "purpose_revision": 2},
                {name: value for name, value in meta.items() if name != "actor"},
            ):
                with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                    rows.update(meta=changed)
            assert rows.update(meta=WithoutWords("meta")) == 1
            assert "first" not in str(rows.get().meta)
            assert rows.get().meta["actor"] == "test"
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                rows.update(meta=meta)

    def test_a_look_can_lose_its_reason_and_nothing_else(self, event: AuditEvent) -> None:
        look = Event(
            event_type=EventType.MEMORY_LIST,
            subject_id=event.subject_id,
            app_id=event.app_id,
            environment="live",
            request_id="r",
            created_at=NOW,
            meta={"actor": "someone", "reason": "They asked."},
        )
        record(look)
        rows = AuditEvent.objects.filter(pk=look.id)
        for changed in (
            {"actor": "someone", "reason": "Another."},
            {"reason": "They asked."},
            {"actor": "someone", "reason": None},
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                rows.update(meta=changed)
        assert rows.update(meta=WithoutWords("meta", words=["reason"])) == 1
        assert rows.get().meta == {"actor": "someone"}

    def test_nothing_else_can_be_changed_while_it_is_emptied(self, event: AuditEvent) -> None:
        rows = AuditEvent.objects.filter(pk=event.pk)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(user_id=None, scope="schedule")
        assert rows.get().user_id == "user_1"


SELECTED = "SELECT * FROM accounts_auditevent ORDER BY id"


@pytest.mark.django_db
class TestDeleting:
    @pytest.fixture
    def event(self, project: Project) -> AuditEvent:
        return AuditEvent.objects.get(event_type="PROJECT_CREATE")

    def refused(self, statement: str, *values: str) -> None:
        """Run a statement, which must fail and leave the record as it is."""
        with connection.cursor() as cursor:
            cursor.execute(SELECTED)
            before = cursor.fetchall()
            assert before
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                cursor.execute(statement, values)
            cursor.execute(SELECTED)
            assert cursor.fetchall() == before

    @pytest.mark.parametrize("condition", ["", " WHERE 1 = 1", " WHERE created_at < '2100-01-01'"])
    def test_no_delete_passes(self, event: AuditEvent, condition: str) -> None:
        self.refused(f"DELETE FROM accounts_auditevent{condition}")

    @pytest.mark.postgresql
    @pytest.mark.parametrize(
        "tables", ["accounts_auditevent", "accounts_auditevent, memory_memory"]
    )
    def test_no_truncate_passes(self, event: AuditEvent, tables: str) -> None:
        self.refused(f"TRUNCATE {tables} CASCADE")

    @pytest.mark.postgresql
    def test_no_truncate_passes_within_the_retention(self, event: AuditEvent) -> None:
        sql.change("INSERT INTO accounts_retention VALUES (%s)", (NOW + 3650 * DAY,))
        self.refused("TRUNCATE accounts_auditevent")

    def test_the_orm_deletes_none_either(self, event: AuditEvent) -> None:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            event.delete()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            AuditEvent.objects.all().delete()
        assert AuditEvent.objects.filter(pk=event.pk).exists()

    def test_the_retention_removes_what_is_older_and_closes_the_door_behind_it(
        self, event: AuditEvent
    ) -> None:
        until = partial(remove_events, batch=1, at=event.created_at + DAY, by=BY)
        assert until(before=event.created_at) == 0
        assert until(before=event.created_at + DAY) >= 1
        assert not AuditEvent.objects.filter(pk=event.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_retention")
            assert cursor.fetchone() == (0,)

    def test_the_retentions_path_spares_what_is_younger(self, event: AuditEvent) -> None:
        sql.change("INSERT INTO accounts_retention (ends_before) VALUES (%s)", (event.created_at,))
        self.refused("DELETE FROM accounts_auditevent")

    def test_none_is_replaced(self, event: AuditEvent) -> None:
        if connection.vendor == "postgresql":
            self.refused(
                "INSERT INTO accounts_auditevent SELECT * FROM accounts_auditevent"
                " ON CONFLICT (id, subject_id) DO UPDATE SET scope = 'other'"
            )
            return
        columns = [field.attname for field in AuditEvent._meta.fields]
        same = ", ".join(columns)
        other = same.replace("request_id", "'other'", 1)
        for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT"):
            self.refused(
                f"{verb} INTO accounts_auditevent ({same}) SELECT {other} FROM accounts_auditevent"
            )
        new = same.replace("id", f"'{new_id().hex}'", 1)
        self.refused(
            f"INSERT OR REPLACE INTO accounts_auditevent (rowid, {same})"
            f" SELECT rowid, {new} FROM accounts_auditevent"
        )
        self.refused(
            f"INSERT INTO accounts_auditevent ({same}) SELECT {same} FROM accounts_auditevent"
            " WHERE 1 = 1 ON CONFLICT (id) DO UPDATE SET scope = 'other'"
        )

    def test_none_is_moved_onto_another(self, event: AuditEvent, project: Project) -> None:
        if connection.vendor == "postgresql":
            return  # has no such statement
        make_key(project)
        self.refused(
            "UPDATE OR REPLACE accounts_auditevent SET rowid ="
            " (SELECT rowid FROM accounts_auditevent WHERE id <> %s LIMIT 1) WHERE id = %s",
            event.pk.hex,
            event.pk.hex,
        )
