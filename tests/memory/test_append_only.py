"""A row of the record stays as it was written, but for what it says of a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.audit import ChangedBy
from accounts.erasing import WithoutAddress
from accounts.models import AuditEvent, EventType, Project
from tests.doors import Api
from tests.makers import make_key


def another(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if isinstance(value, datetime):
        return value.replace(year=value.year + 1)
    return {"x": 1} if isinstance(value, dict) else ["x"] if isinstance(value, list) else "test-2"


class TestAppendOnly:
    @pytest.fixture
    def event(self, api: Api) -> AuditEvent:
        api.remember()
        api.read()
        return AuditEvent.objects.get(event_type="MEMORY_READ")

    @pytest.mark.parametrize("column", [field.attname for field in AuditEvent._meta.fields])
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

    def test_a_change_can_lose_the_address_it_was_made_from_and_nothing_else(
        self, project: Project
    ) -> None:
        by = ChangedBy(actor="someone", request_id="r", address="192.0.2.7")
        key, _ = make_key(project, name="Büro", by=by)
        rows = AuditEvent.objects.filter(api_key_id=key.pk)
        for changed in ({"name": "Büro"}, {}, {"actor": "other", "name": "Büro"}):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                rows.update(meta=changed)
        assert rows.update(meta=WithoutAddress("meta")) == 1
        assert rows.get().meta == {"actor": "someone", "name": "Büro"}

    def test_nothing_else_can_be_changed_while_it_is_emptied(self, event: AuditEvent) -> None:
        rows = AuditEvent.objects.filter(pk=event.pk)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(user_id=None, scope="schedule")
        assert rows.get().user_id == "user_1"
