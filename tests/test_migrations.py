"""The migrations make the tables of the models, there and back."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from accounts import services
from accounts.audit import SERVICE_ID
from accounts.models import AuditEvent, EventType, Project
from apikeys.authentication import find_principal
from apikeys.models import LoggedRequest
from apikeys.models.usage import NO_WRITER
from apikeys.usage.samples import RequestRow
from config.spreading import cluster
from config.spreading.tables import OF_UPGRADES
from foundation.identifiers import new_id
from foundation.rows import columns_of
from memory.models import IdempotencyClaim, IdempotencyRecord, Memory, Purpose, RevocationGrant
from tests.doors import Api
from tests.makers import BY, NOW, make_key, memory_body, sample
from tests.memory.registered import register

OLD_APPS = ("accounts", "apikeys", "memory")
OURS = (*OLD_APPS, "proof")
OLD_MODELS = ("User", "Project", "AuditEvent")
BEGINNINGS = {"0001_tables", "0002_triggers_and_cache"}


@pytest.mark.django_db
def test_no_model_has_changed_without_one() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_each_is_named_by_hand() -> None:
    for label in OURS:
        folder = Path(apps.get_app_config(label).path) / "migrations"
        names = [path.stem for path in folder.glob("0*.py")]
        assert names
        assert not [name for name in names if "_auto_" in name or name.endswith("_initial")]


def recorded() -> set[tuple[str, str]]:
    applied = MigrationRecorder(connection).applied_migrations()
    return {(label, name) for label, name in applied if label in OLD_APPS}


@pytest.mark.django_db(transaction=True)
def test_a_database_from_before_the_first_ones_were_made_one_goes_on_with_its_rows() -> None:
    """Its tables are as the first migrations leave them; it knows only their old names."""
    try:
        call_command("migrate", "accounts", "0002", verbosity=0)
        call_command("migrate", "memory", "0002", verbosity=0)
        MigrationRecorder.Migration.objects.filter(name__in=BEGINNINGS).delete()
        assert len(recorded()) == 12 + 8 + 2
        before = MigrationExecutor(connection).loader.project_state(
            ("accounts", "0002_triggers_and_cache")
        )
        old = {name: before.apps.get_model("accounts", name) for name in OLD_MODELS}
        owner = old["User"].objects.create(email="old@example.com")
        project = old["Project"].objects.create(owner=owner, name="Old")
        event = old["AuditEvent"].objects.create(
            subject_id=project.pk,
            event_type=EventType.PROJECT_UPDATE,
            app_id=project.pk,
            environment="test",
            decision_id=project.pk,
            request_id="old",
            created_at=NOW,
        )
    finally:
        call_command("migrate", verbosity=0)
    assert {name for _, name in recorded()} >= BEGINNINGS
    assert Project.objects.get().owner.email == "old@example.com"
    with pytest.raises(IntegrityError, match="append-only"):
        AuditEvent.objects.filter(pk=event.pk).update(environment="live")
    after = Project.objects.get()
    assert (after.purposes_revision, after.takes_in_test, after.takes_in_live) == (0, "any", "any")
    services.rename_project(project=after, name="New", at=NOW, by=BY)
    assert AuditEvent.objects.get(environment="both").meta["name"] == "New"


def place_of(table: str) -> object:
    """Return where the database keeps the table: elsewhere after it was written anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_filenode(%s)"
            if connection.vendor == "postgresql"
            else "SELECT rootpage FROM sqlite_master WHERE name = %s",
            [table],
        )
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_memories_from_before_replacing_are_kept_and_processes_from_before_go_on_storing() -> None:
    try:
        call_command("migrate", "memory", "0006", verbosity=0)
        state = MigrationExecutor(connection).loader.project_state(("memory", "0006_purposes"))
        old = state.apps.get_model("memory", "Memory")
        fields = {
            "subject_id": SERVICE_ID,
            "scope": "preferences",
            "project_id": SERVICE_ID,
            "environment": "test",
            "user_id": "user_1",
            "source": "system",
            "value_json": "{}",
            "created_at": NOW,
        }
        old.objects.create(**fields)
        before = place_of("memory_memory")
        call_command("migrate", "memory", "0007", verbosity=0)
        assert place_of("memory_memory") == before
    finally:
        call_command("migrate", verbosity=0)
    old.objects.create(**fields)
    assert [memory.replace for memory in Memory.objects.all()] == [False, False]


def unique_keys(table: str) -> dict[str, list[str]]:
    """Return the columns of each unique constraint; SQLite makes the names of some."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return {name: key["columns"] for name, key in found.items() if key["unique"] and key["columns"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cancelled", [False, pytest.param(True, marks=pytest.mark.postgresql)])
def test_grants_of_tokens_stay_unique_by_token_then_by_token_and_subject(cancelled: bool) -> None:
    """Also where the first run came no further than to the constraint's name."""
    table, name = "memory_revocationgrant", "memory_grant_token_unique"
    try:
        call_command("migrate", "memory", "0015", verbosity=0)
        assert ["token_digest"] in unique_keys(table).values()
        state = MigrationExecutor(connection).loader.project_state(("memory", "0015_functions"))
        old = state.apps.get_model("memory", "RevocationGrant")
        kept = old.objects.create(
            token_digest=b"d" * 32,
            subject_id=SERVICE_ID,
            scope="preferences",
            project_id=SERVICE_ID,
            environment="test",
            user_id="user_1",
            purpose="recommend",
            created_at=NOW,
            expires_at=NOW + timedelta(days=1),
        )
        if cancelled:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"ALTER TABLE {table} RENAME CONSTRAINT {table}_token_digest_key TO {name}"
                )
    finally:
        call_command("migrate", verbosity=0)
    assert unique_keys(table)[name] == ["token_digest", "subject_id"]
    assert ["token_digest"] not in unique_keys(table).values()
    other = RevocationGrant.objects.get(pk=kept.pk, token_digest=b"d" * 32)
    other.pk, other.subject_id = new_id(), new_id()
    other.save(force_insert=True)
    other.pk = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_keys_of_answers_from_before_there_were_claims_are_claimed(api: Api) -> None:
    keys = [{"HTTP_IDEMPOTENCY_KEY": f"order-{number}"} for number in range(3)]
    firsts = [api.post("/memory", memory_body(), **key) for key in keys]
    late = IdempotencyRecord.objects.get(key="order-2")
    try:
        call_command("migrate", "memory", "0016", verbosity=0)
        IdempotencyRecord.objects.filter(pk=late.pk).delete()
        call_command("migrate", "memory", "0018", verbosity=0)
        assert IdempotencyClaim.objects.count() == 2
        late.save(force_insert=True)  # a process from before kept it meanwhile
    finally:
        call_command("migrate", verbosity=0)
    assert IdempotencyClaim.objects.count() == 3
    for first, key in zip(firsts, keys, strict=True):
        assert api.post("/memory", memory_body(user_id="user_2"), **key).status_code == 409
        again = api.post("/memory", memory_body(), **key)
        assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert Memory.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_log_is_not_written_anew_for_its_writer_and_processes_from_before_go_on() -> None:
    try:
        call_command("migrate", "apikeys", "0016", verbosity=0)
        state = MigrationExecutor(connection).loader.project_state(
            ("apikeys", "0016_move_days_to_their_tables")
        )
        old = state.apps.get_model("apikeys", "LoggedRequest")
        fields = {name: getattr(sample(NOW), name) for name in columns_of(RequestRow)}
        old.objects.create(**fields)
        before = place_of("apikeys_loggedrequest")
        call_command("migrate", "apikeys", "0018", verbosity=0)
        assert place_of("apikeys_loggedrequest") == before
    finally:
        call_command("migrate", verbosity=0)
    old.objects.create(**fields)
    assert [logged.writer for logged in LoggedRequest.objects.all()] == [NO_WRITER] * 2


@pytest.mark.django_db(transaction=True)
def test_they_can_be_undone_and_done_again() -> None:
    try:
        for label in ("memory", "apikeys"):
            call_command("migrate", label, "zero", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_they_can_be_undone_where_spreading_dropped_the_triggers_of_upgrades() -> None:
    try:
        with connection.cursor() as cursor:
            for trigger, table in OF_UPGRADES.items():
                cursor.execute(f"DROP TRIGGER {trigger} ON {table}")
                cursor.execute(f"DROP FUNCTION {trigger}()")
        call_command("migrate", "proof", "0002", verbosity=0)
        call_command("migrate", "memory", "0012", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    assert cluster.triggers(OF_UPGRADES) == sorted(OF_UPGRADES)


@pytest.mark.django_db(transaction=True)
def test_keys_and_projects_from_before_the_registry_go_on_as_they_were(project: Project) -> None:
    """The record is append-only on the way, too."""
    key, plaintext = make_key(project)
    before = [
        ("memory", "0005_room_in_a_project"),
        ("apikeys", "0007_notices_about_new_keys_and_choices"),
        ("accounts", "0016_ids_of_many_memories"),
    ]
    try:
        for label, name in before:
            call_command("migrate", label, name, verbosity=0)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            AuditEvent.objects.filter(api_key_id=key.pk).update(meta={})
        assert AuditEvent.objects.filter(api_key_id=key.pk).update(meta={"actor": "test"}) == 1
    finally:
        call_command("migrate", verbosity=0)
    principal = find_principal(plaintext, at=NOW)
    assert principal is not None
    assert (principal.purposes, principal.purposes_revision) == (None, 0)
    assert not Purpose.objects.exists()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(api_key_id=key.pk).update(meta={"actor": "other"})
    register(project)
    assert AuditEvent.objects.filter(event_type="PURPOSE_APPROVE").count() == 1
