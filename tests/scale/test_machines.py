"""Each hot call touches one machine, where tables are spread: held on plain PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction

from accounts.models import Project
from accounts.subjects import subject_id
from config.spreading.tables import SPREAD
from memory import statements
from memory.places import PLACES, SHARDS, shard_of, uuid_hash
from tests.doors import Api
from tests.makers import memory_body
from tests.scale.machines import MACHINES, Touched, machines, spread

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

CLAIMS = "memory_idempotencyclaim"
# fmt: off
PINNED = [
    81, 68, 20, 23, 8, 11, 27, 3, 1, 24, 50, 45, 21, 7,
    77, 10, 9, 57, 16, 6, 5, 12, 30, 92, 42, 15, 29, 102, 4, 2, 31, 65,
]
# fmt: on
GROUP = {"memory_memory", "memory_tally", "accounts_auditevent"}


@pytest.fixture
def over_machines(api: Api) -> Iterator[Touched]:
    with machines(SPREAD):
        yield Touched()


def once(api: Api, key: str, **fields: Any) -> None:
    answer = api.post("/memory", memory_body(**fields), HTTP_IDEMPOTENCY_KEY=key)
    assert answer.status_code == 201


def continue_reading(api: Api, token: str) -> None:
    assert api.post("/memory/read/continue", {"revocation_token": token}).status_code == 200


class TestHotCalls:
    """Of several users, or one could lie right by chance."""

    @pytest.mark.parametrize("user", [f"user_{number}" for number in range(8)])
    def test_each_touches_one_machine_and_in_every_table_the_same(
        self, api: Api, project: Project, over_machines: Touched, user: str
    ) -> None:
        api.remember(user_id=user)  # the first one deals out what the project may keep
        api.read(user_id=user)
        once(api, "first", user_id=user)
        subject = subject_id(bytes(project.subject_key), "test", user)
        home = shard_of(subject) * MACHINES // SHARDS
        over_machines.since()
        token = ""

        def read() -> None:
            nonlocal token
            token = api.read(user_id=user)["revocation_token"]

        calls: dict[str, tuple[Callable[[], object], set[str]]] = {
            "create": (lambda: api.remember(user_id=user), GROUP),
            "create with a key": (
                lambda: once(api, "key", user_id=user),
                {*GROUP, "memory_idempotencyrecord", CLAIMS},
            ),
            "repeat": (
                lambda: once(api, "key", user_id=user),
                {"memory_idempotencyrecord", CLAIMS},
            ),
            "read": (read, {*GROUP, "memory_revocationgrant"}),
            "continue": (
                lambda: continue_reading(api, token),
                {"memory_memory", "memory_revocationgrant", "accounts_auditevent"},
            ),
            "revoke": (lambda: api.revoke(token), {*GROUP, "memory_revocationgrant"}),
        }
        for name, (call, tables) in calls.items():
            call()
            touched = over_machines.since()
            assert touched.keys() == tables, name
            assert len(touched.pop(CLAIMS, {0})) == 1, name
            assert touched == {table: {home} for table in touched}, name

    def test_what_does_not_name_the_user_is_told(
        self, api: Api, over_machines: Touched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = api.read()["revocation_token"]
        whole = statements.FIND_GRANT
        monkeypatch.setattr(statements, "FIND_GRANT", whole.replace("subject_id = %s", "%s <> id"))
        over_machines.since()
        continue_reading(api, token)
        assert len(over_machines.since()["memory_revocationgrant"]) == MACHINES


class TestTables:
    def test_a_key_without_the_column_is_refused(self, over_machines: Touched) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE public.narrow (id uuid PRIMARY KEY, subject_id uuid)")
        wanted = pytest.raises(Error, match="unique constraint on partitioned table")
        with wanted, transaction.atomic():
            spread("narrow", "subject_id")

    def test_nothing_points_into_a_spread_table_or_out_of_it(self) -> None:
        spread_models = {model for model in apps.get_models() if model._meta.db_table in SPREAD}
        assert len(spread_models) == len(SPREAD)
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if field.is_relation:
                    assert model not in spread_models
                    assert field.related_model not in spread_models

    def test_no_row_of_one_is_numbered_by_the_database(self) -> None:
        for model in apps.get_models():
            if model._meta.db_table in SPREAD:
                fields = model._meta.concrete_fields
                assert not any(isinstance(field, models.AutoField) for field in fields)


class TestPlaces:
    def test_the_hash_is_that_of_the_database(self) -> None:
        ids = [uuid4() for _ in range(200)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT array_agg(uuid_hash(id)) FROM unnest(%s::uuid[]) AS id", [ids])
            assert cursor.fetchone()[0] == [uuid_hash(one) for one in ids]

    def test_a_part_lies_beside_those_whom_it_counts(self) -> None:
        assert [shard_of(place) for place in PLACES] == list(range(SHARDS))

    def test_places_never_change(self) -> None:
        """Rows hold them."""
        assert [place.int for place in PLACES] == PINNED
