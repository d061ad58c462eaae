"""The hand-written statements agree with the models and are served by indexes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from accounts import audit
from accounts.models import Project
from apikeys import authentication
from apikeys.models import ApiKey, LoggedRequest, PastHour, Secret, UsageHour
from apikeys.usage import collector, last_uses, samples
from foundation import sql
from memory import denials, holdings, registries, statements, tallies
from memory.models import RevocationGrant
from tests.makers import NOW

MODELS: dict[str, type[Model]] = {model._meta.db_table: model for model in apps.get_models()}


# What is no statement of its own: a condition, and the call of a function (test_writes.py).
CALLS = {"OF_PART", "LOCK_PARTS"}


def texts(module: ModuleType) -> dict[str, str]:
    """Return the statements of a module, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if name.isupper() and name not in CALLS and isinstance(value, str) and "%s" in value
    }


MODULES = (
    statements,
    holdings,
    audit,
    authentication,
    collector,
    last_uses,
    tallies,
    registries,
    denials,
)
STATEMENTS = {name: text for module in MODULES for name, text in texts(module).items()}
INSERTS = {name: text for name, text in STATEMENTS.items() if "INSERT INTO" in text}

ID = UUID(int=7)
DIGEST = b"x" * 32
PARTITION = (ID, "preferences", "food")

PART_OF_A_COUNT = {"memory_tally": {"project_id", "environment", "kind", "shard"}}
ONE_ANSWER = {"memory_idempotencyrecord": {"subject_id", "project_id", "environment", "key"}}

# Each statement that looks for rows: values for it, and the columns of each table by which an
# index finds them.
SEARCHES: dict[str, tuple[tuple[Any, ...], dict[str, set[str]]]] = {
    "SELECT_LIVE": ((*PARTITION, NOW), {"memory_memory": {"subject_id", "scope", "domain"}}),
    "SELECT_LIVE_SINCE": (
        (*PARTITION, NOW, NOW),
        {"memory_memory": {"subject_id", "scope", "domain", "created_at"}},
    ),
    "SELECT_DOMAINS": (
        (ID, "preferences", NOW, 10),
        {"memory_memory": {"subject_id", "scope"}},
    ),
    "HIDE_PARTITION": ((NOW, *PARTITION), {"memory_memory": {"subject_id", "scope", "domain"}}),
    "VISIBLE_IDS": (PARTITION, {"memory_memory": {"subject_id", "scope", "domain"}}),
    "FIND_GRANT": (
        (ID, DIGEST, ID, "test"),
        {"memory_revocationgrant": {"token_digest", "subject_id"}},
    ),
    "FIND_OLDER_GRANT": ((DIGEST, ID, "test"), {"memory_revocationgrant": {"token_digest"}}),
    "CLOSE_GRANT": ((NOW, ID, ID, NOW), {"memory_revocationgrant": {"id"}}),
    "CLOSE_GRANTS": ((NOW, ID, NOW), {"memory_revocationgrant": {"subject_id"}}),
    "COUNT_LIVE": ((ID, NOW), {"memory_memory": {"subject_id"}}),
    "COUNT_OPEN": ((ID, NOW), {"memory_revocationgrant": {"subject_id"}}),
    "HIDE_ALL": ((NOW, ID), {"memory_memory": {"subject_id"}}),
    "FORGET_GRANTS": ((ID,), {"memory_revocationgrant": {"subject_id"}}),
    "DELETE_VISIBLE": ((ID, ID, 10), {"memory_memory": {"subject_id"}}),
    "DELETE_HIDDEN": ((ID, ID, 10), {"memory_memory": {"subject_id"}}),
    "DELETE_ANSWERS": ((ID, ID, 10), {"memory_idempotencyrecord": {"subject_id"}}),
    "DELETE_CLAIMS": ((ID,), {"memory_idempotencyclaim": {"subject_id"}}),
    "IS_REVOKED": ((ID, ID), {"memory_revocationgrant": {"id"}}),
    "COUNT": ((ID, "test", "memories", 0, ID, 10), PART_OF_A_COUNT),
    "COUNT_SOME": ((5, ID, "test", "memories", 0, ID, 5, 10), PART_OF_A_COUNT),
    "TAKE_OFF": ((5, ID, "test", "grants", 0, ID), PART_OF_A_COUNT),
    "DEAL_OUT": (
        (10, 1, 0, 2, ID, "test", "memories"),
        {"memory_tally": {"project_id", "environment", "kind"}},
    ),
    "FIND_ANSWER": ((ID, ID, "test", "key"), ONE_ANSWER),
    "FORGET_ANSWER": ((ID, ID, "test", "key"), ONE_ANSWER),
    "RELEASE_KEY": ((ID, ID), {"memory_idempotencyclaim": {"id"}}),
    "SELECT_REGISTRY": (
        ("test", ID),
        {
            "accounts_project": {"id"},
            "memory_purpose": {"project_id"},
            "memory_draft": {"project_id", "environment"},
        },
    ),
    "SELECT_DENIED": (
        (ID, "test", ID, "test", ID, NOW, NOW, 10),
        {"accounts_auditevent": {"app_id", "environment"}},
    ),
    "COUNT_PURPOSES": (
        (ID, "test", ID, "test", ID, NOW, NOW, 10),
        {"accounts_auditevent": {"app_id", "environment"}},
    ),
    "RECORD_USE": ((NOW, "", "", ID, NOW, NOW), {"apikeys_secret": {"id"}}),
    "LAST_USE": ((ID,), {"apikeys_secret": {"id"}}),
    "FIND_PRINCIPAL": (
        (DIGEST, NOW, NOW, NOW, NOW),
        {
            "apikeys_secret": {"digest"},
            "apikeys_apikey": {"id"},
            "accounts_project": {"id"},
            "accounts_user": {"id"},
        },
    ),
}


def parts_of_insert(text: str) -> tuple[type[Model], list[str], int]:
    """Return the model, the columns and how many values there are."""
    match = re.search(r"INSERT INTO (\w+)\s*\(([^)]*)\)\s*VALUES\s*\(([^)]*)\)", text)
    assert match is not None
    columns = [column.strip() for column in match[2].split(",")]
    return MODELS[match[1]], columns, match[3].count("%s")


class TestColumns:
    def test_every_statement_is_held_against_something(self) -> None:
        assert INSERTS.keys() == {
            "INSERT_MEMORY",
            "INSERT_GRANT",
            "KEEP_ANSWER",
            "CLAIM_KEY",
            "INSERT",
            "KEEP_IDS",
        }
        assert SEARCHES.keys() == STATEMENTS.keys() - INSERTS.keys()

    @pytest.mark.parametrize(
        ("model", "columns"),
        [
            (UsageHour, samples.HOUR),
            (PastHour, samples.HOUR),
            (LoggedRequest, collector.LOGGED),
        ],
    )
    def test_what_is_inserted_by_the_batch_sets_every_column(
        self, model: type[Model], columns: tuple[str, ...]
    ) -> None:
        assert len(columns) == len(set(columns))
        assert set(columns) == {field.column for field in model._meta.concrete_fields}

    def test_a_batch_meets_an_hour_that_is_there_by_its_primary_key(self) -> None:
        for model in (UsageHour, PastHour):
            met = ", ".join(str(field.column) for field in model._meta.pk_fields)
            adding = samples.adding_to(model._meta.db_table)
            assert adding.startswith(f"ON CONFLICT ({met}) DO UPDATE")

    @pytest.mark.parametrize("name", INSERTS)
    def test_an_insert_names_columns_that_are_there_and_all_that_must_be_set(
        self, name: str
    ) -> None:
        model, columns, values = parts_of_insert(INSERTS[name])
        fields = {field.column: field for field in model._meta.concrete_fields}
        required = {column for column, field in fields.items() if not field.null}
        assert len(columns) == len(set(columns)) == values
        assert required <= set(columns) <= fields.keys()

    def test_a_record_sets_every_column(self) -> None:
        model, columns, _ = parts_of_insert(audit.INSERT)
        assert set(columns) == {field.column for field in model._meta.concrete_fields}

    def test_an_answer_that_replaces_another_replaces_all_of_it(self) -> None:
        _, columns, _ = parts_of_insert(statements.KEEP_ANSWER)
        replaced = re.findall(r"(\w+) = excluded\.(\w+)", statements.KEEP_ANSWER)
        assert all(column == source for column, source in replaced)
        met = ("subject_id", "project_id", "environment", "key")
        assert {column for column, _ in replaced} == set(columns) - set(met)
        assert f"ON CONFLICT ({', '.join(met)})" in statements.KEEP_ANSWER


def index_conditions(name: str) -> dict[str, str]:
    """Return by what a statement searches each table, as the database plans it."""
    values, _ = SEARCHES[name]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {STATEMENTS[name]}", sql._adapted(values))
            steps = [step for *_, step in cursor.fetchall()]
            scanned = {step for step in steps if step.startswith("SCAN")}
            assert scanned <= {"SCAN newest"}, steps  # what a query within it found
            found = re.findall(r"SEARCH (\w+) USING [\w ]*?INDEX \S+ \((.*?)\)", "\n".join(steps))
            alias = dict(re.findall(r"(?:FROM|JOIN) (\w+) (\w)\s", STATEMENTS[name]))
            tables = {short: table for table, short in alias.items()}
            conditions: dict[str, str] = {}
            for short, condition in found:
                table = tables.get(short, short)
                conditions[table] = f"{conditions.get(table, '')} {condition}"
            return conditions
        # Most tables are empty: these keep the planner from reading them as a whole.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {STATEMENTS[name]}", values)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    scans = [node for node in nodes(plan[0]["Plan"]) if "Scan" in node["Node Type"]]
    scans = [node for node in scans if node["Node Type"] != "Subquery Scan"]
    assert all("Index Cond" in node for node in scans), plan
    by: dict[str, str] = {}
    for node in scans:  # one that is deleted is looked for first, and then found by its id
        table = node["Relation Name"]
        by[table] = f"{by.get(table, '')} {node['Index Cond']}"
    return by


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


@pytest.mark.not_spread
class TestPlans:
    @pytest.fixture
    def of_unknown_size(self, db: None) -> None:
        """Let PostgreSQL forget how little of its tables other tests have left.

        It measures them when it likes; whatever reads a few rows is then as good as an index.
        """
        if connection.vendor == "postgresql":
            tables = "SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM pg_statistic WHERE starelid IN ({tables})")
                cursor.execute(
                    "UPDATE pg_class SET reltuples = -1, relpages = 0"
                    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                )

    @pytest.fixture
    def many_keys(self, of_unknown_size: None, project: Project) -> None:
        """Make so many keys that reading them all is no way to find one."""
        names = [f"Key {number}" for number in range(300)]
        keys = [ApiKey(project=project, name=name, environment="test") for name in names]
        ApiKey.objects.bulk_create(keys)
        Secret.objects.bulk_create(
            Secret(key=key, digest=hashlib.sha256(key.name.encode()).digest(), last_four="0000")
            for key in keys
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE apikeys_apikey")
            cursor.execute("ANALYZE apikeys_secret")

    @pytest.fixture
    def many_grants(self, of_unknown_size: None) -> None:
        """Let users have so many grants that looking through theirs is no way to find one."""
        grants = [
            RevocationGrant(
                token_digest=hashlib.sha256(str(number).encode()).digest(),
                subject_id=UUID(int=number % 500),
                scope="preferences",
                project_id=ID,
                environment="test",
                user_id="user_1",
                created_at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
            for number in range(1000)
        ]
        RevocationGrant.objects.bulk_create(grants)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE memory_revocationgrant")

    @pytest.mark.usefixtures("many_keys", "many_grants")
    @pytest.mark.parametrize("name", SEARCHES)
    def test_an_index_finds_the_rows(self, name: str) -> None:
        _, expected = SEARCHES[name]
        conditions = index_conditions(name)
        assert conditions.keys() == expected.keys()
        for table, columns in expected.items():
            words = set(re.findall(r"\w+", conditions[table]))
            assert columns <= words, conditions
