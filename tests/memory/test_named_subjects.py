"""Whatever is done about one user asks for the rows of that user's pseudonym alone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit import by_person
from accounts.models import Project
from config.spreading.tables import SPREAD
from memory import accesses, deleting, disputing, listing, owners
from memory.events import Caller
from tests.doors import Api
from tests.makers import memory_body

OF_SUBJECTS = [table for table, column in SPREAD.items() if column == "subject_id"]
Deed = Callable[[Api, Caller, UUID], object]


def outer(statement: str) -> str:
    """Return a statement without those within it: a condition in there is none of its own."""
    kept, depth, hidden = "", 0, 0
    for index, sign in enumerate(statement):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "(" and not hidden and statement[index + 1 :].lstrip().startswith("SELECT"):
            hidden = depth
        if not hidden:
            kept += sign
        if hidden and depth < hidden:
            hidden = 0
    return kept


def unnamed(statements: list[str]) -> list[str]:
    """Return those that look for rows, or change some, and do not say whose."""
    asked = [one for one in statements if any(table in outer(one) for table in OF_SUBJECTS)]
    looking = [one for one in asked if not one.lstrip().startswith("INSERT")]
    return [one for one in looking if "subject_id" not in outer(one).partition("WHERE")[2]]


def listed(api: Api, caller: Caller, memory_id: UUID) -> None:
    assert len(api.get("/memory?user_id=user_1").json()["items"]) == 2


def shown(api: Api, caller: Caller, memory_id: UUID) -> None:
    listing.get_memory(caller, memory_id, user_id="user_1")


def deleted(api: Api, caller: Caller, memory_id: UUID) -> None:
    deleting.delete_memory(caller, memory_id, user_id="user_1")


def disputed(api: Api, caller: Caller, memory_id: UUID) -> None:
    disputing.dispute(caller, "user_1", memory_id)
    disputing.end_dispute(caller, "user_1", memory_id)


def described(api: Api, caller: Caller, memory_id: UUID) -> None:
    assert api.get("/users/user_1").json()["stored"] == 2


def exported(api: Api, caller: Caller, memory_id: UUID) -> None:
    assert memory_id.hex in b"".join(api.get("/users/user_1/export")).decode().replace("-", "")


def withdrawn(api: Api, caller: Caller, memory_id: UUID) -> None:
    answer = api.post("/memory/revoke", {"user_id": "user_1"})
    assert answer.json()["memories_hidden"] == 2


def accessed(api: Api, caller: Caller, memory_id: UUID) -> None:
    (one,) = accesses.open_accesses(caller, "user_1")
    accesses.open_access(caller, "user_1", one.id)
    assert accesses.take_back(caller, "user_1", one.id) == 2


def counted(api: Api, caller: Caller, memory_id: UUID) -> None:
    assert api.delete("/users/user_1?dry_run=true").json()["memories_deleted"] == 2


def erased(api: Api, caller: Caller, memory_id: UUID) -> None:
    answer = api.delete("/users/user_1").json()
    assert answer["memories_deleted"] == 2
    assert answer["idempotency_records_deleted"] == 1


DEEDS: list[Deed] = [
    listed, shown, deleted, disputed, described, exported, withdrawn, accessed, counted, erased,
]  # fmt: skip


@pytest.mark.django_db
class TestStatements:
    @pytest.fixture
    def one_memory(self, api: Api) -> UUID:
        """Store two memories of a user, one with an Idempotency-Key, and read them."""
        api.post("/memory", memory_body(), HTTP_IDEMPOTENCY_KEY="k")
        memory_id = UUID(api.remember()["id"])
        api.read()
        return memory_id

    @pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
    def test_each_says_whose_rows_it_is_about(
        self, api: Api, project: Project, one_memory: UUID, deed: Deed
    ) -> None:
        caller = owners.caller(project, "test", by=by_person("r"), at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            deed(api, caller, one_memory)
        statements = [one["sql"] for one in asked]
        assert any(table in one for one in statements for table in OF_SUBJECTS)
        assert unnamed(statements) == []

    @pytest.mark.parametrize("method", ["get", "delete"])
    def test_a_memory_by_its_id_is_looked_for_once_and_then_by_its_user(
        self, api: Api, one_memory: UUID, method: str
    ) -> None:
        with CaptureQueriesContext(connection) as asked:
            answer = getattr(api, method)(f"/memory/{one_memory}")
        assert answer.status_code in (200, 204)
        (found,) = unnamed([one["sql"] for one in asked])
        assert found.startswith("SELECT")


def test_a_condition_of_a_statement_within_is_not_its_own() -> None:
    inner = "DELETE FROM memory_memory WHERE id IN (SELECT id FROM x WHERE subject_id = (1))"
    assert unnamed([inner]) == [inner]
    assert unnamed([f"{inner} AND subject_id = 1"]) == []
