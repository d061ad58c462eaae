"""The record in the database: retention and erasures leave it whole, and all else is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import audit, services
from accounts.models import AuditEvent, IdList, Project
from foundation.identifiers import first_id, new_id
from memory import retention
from proof import sealing
from proof.models import Pruning, Seal, SealedEvent
from proof.verifying import Verification
from tests.doors import Api, without_triggers
from tests.makers import BY, make_key, make_project, memory_body, read_body, texts
from tests.memory.test_erased_words import dump
from tests.proof.records import check, events, events_of, lines, sealed, verify

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def change_a_column() -> None:
    events().filter(pk=events()[3].pk).update(reason_code="CONTINUE")


def change_a_time() -> None:
    one = events()[3]
    events().filter(pk=one.pk).update(created_at=one.created_at - timedelta(microseconds=1))


def change_what_was_typed() -> None:
    events().filter(pk=events()[3].pk).update(purpose="another purpose")


def change_a_name() -> None:
    one = events()[3]
    events().filter(pk=one.pk).update(meta={**one.meta, "purpose_id": "another"})


def change_the_person() -> None:
    one = events()[3]
    events().filter(pk=one.pk).delete()  # a table that is spread by it refuses to change it
    one.subject_id = UUID(int=7)
    one.save(force_insert=True)


def change_the_users_name() -> None:
    events().filter(user_id="user_1").update(user_id="user_2")


def empty_without_an_erasure() -> None:
    events().filter(pk=events()[3].pk).update(purpose=None, domain=None, request_id="")


def delete_an_event() -> None:
    events().filter(pk=events()[3].pk).delete()


def delete_an_event_and_its_place() -> None:
    one = events()[3]
    SealedEvent.objects.filter(pk=one.pk).delete()
    one.delete()


def insert_an_old_event() -> None:
    one = events().first()
    one.pk = first_id(one.created_at - 3 * HOUR)
    one.save(force_insert=True)


def insert_an_old_event_and_seal_it() -> None:
    insert_an_old_event()
    sealing.seal_since(None, at=timezone.now())


def swap_two_events() -> None:
    one, two = SealedEvent.objects.filter(pk__in=[events()[2].pk, events()[3].pk])
    SealedEvent.objects.filter(pk=one.pk).update(position=10**6)
    SealedEvent.objects.filter(pk=two.pk).update(position=one.position)
    SealedEvent.objects.filter(pk=one.pk).update(position=two.position)


def change_a_hash() -> None:
    SealedEvent.objects.filter(pk=events()[3].pk).update(leaf=bytes(32))


def delete_a_seal() -> None:
    Seal.objects.filter(environment="test", number=1).delete()


def number_seals_anew() -> None:
    Seal.objects.filter(environment="test", number=1).delete()
    Seal.objects.filter(environment="test", number=2).update(number=1)


def swap_tokens() -> None:
    one, two = Seal.objects.filter(environment="test")[:2]
    Seal.objects.filter(pk=one.pk).update(token=two.token)
    Seal.objects.filter(pk=two.pk).update(token=one.token)


def change_a_list() -> None:
    ids = bytes(IdList.objects.get().ids)
    IdList.objects.update(ids=ids[:-1] + bytes([ids[-1] ^ 1]))


def delete_a_list() -> None:
    IdList.objects.all().delete()


def forge_a_note() -> None:
    seal = Seal.objects.filter(environment="test")[0]
    Pruning.objects.create(app_id=seal.app_id, environment="test", token=seal.token)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (change_a_column, "changed"),
        (change_a_time, "changed"),
        (change_what_was_typed, "changed"),
        (change_a_name, "changed"),
        (change_the_person, "changed"),
        (change_the_users_name, "changed"),
        (empty_without_an_erasure, "emptied"),
        (delete_an_event, "removed"),
        (delete_an_event_and_its_place, "removed"),
        (insert_an_old_event, "inserted"),
        (insert_an_old_event_and_seal_it, "inserted"),
        (swap_two_events, "reordered"),
        (change_a_hash, "changed"),
        (delete_a_seal, "removed"),
        (number_seals_anew, "removed"),
        (swap_tokens, "reordered"),
        (change_a_list, "changed"),
        (delete_a_list, "removed"),
        (forge_a_note, "unreadable"),
    ],
)
def test_a_change_in_the_database_is_found(
    api: Api, project: Project, change: Callable[[], None], kind: str
) -> None:
    api.post("/memory", memory_body())
    [many] = events_of(project, 1)
    audit.record(msgspec.structs.replace(many, memory_ids=texts(new_id() for _ in range(101))))
    sealed(project, count=4, seals=2)
    assert verify() == []
    with without_triggers():
        change()
    assert kind in verify()
    with pytest.raises(CommandError, match=kind):
        call_command("verifyaudit", "--project", str(project.pk))


@pytest.mark.django_db
class TestTheEnd:
    def test_what_was_cut_off_is_told_from_a_seal_that_was_kept(
        self, project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_project(project.owner)
        sealed(project, seals=2)
        latest = Seal.objects.latest_of(project.pk, "test")
        assert latest is not None
        kept = tmp_path / "seal.jws"
        others = Seal.objects.exclude(app_id=project.pk).values_list("token", flat=True)
        kept.write_text("\n".join((latest.token, *others)))
        call_command("verifyaudit", "--expect", str(kept))
        call_command("verifyaudit", "--project", str(project.pk), "--expect", str(kept))
        with without_triggers():
            SealedEvent.objects.filter(seal_id=latest.pk).delete()
            latest.delete()
        assert verify() == []  # nothing in the database can tell
        with pytest.raises(CommandError, match="1 cut off"):
            call_command("verifyaudit", "--expect", str(kept))
        assert "seal 2: the seal that is expected is not in this record" in capsys.readouterr().out

    def test_what_is_sealed_anew_is_sealed_late(
        self, project: Project, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sealed(project, count=3)
        call_command("verifyaudit", "--project", str(project.pk))
        assert " 0 sealed more than an hour" in capsys.readouterr().out
        with without_triggers():
            SealedEvent.objects.all().delete()
            Seal.objects.all().delete()
            events().update(reason_code="CONTINUE")
        sealing.seal_since(None, at=timezone.now() + 2 * HOUR)
        kept = len(lines(project)) - 4  # without the first, the last, and the two seals
        call_command("verifyaudit", "--project", str(project.pk))
        assert f" {kept} sealed more than an hour" in capsys.readouterr().out

    def test_a_file_without_a_seal_is_refused(self, tmp_path: Path) -> None:
        for file in (tmp_path / "missing", tmp_path):
            with pytest.raises(CommandError, match="cannot be read"):
                call_command("verifyaudit", "--expect", str(file))


@pytest.mark.django_db
class TestErasures:
    def test_after_one_the_chain_holds_and_no_user_id_is_left(
        self, api: Api, project: Project
    ) -> None:
        person = {"user_id": "erika.mustermann"}
        api.post("/memory", memory_body(**person), HTTP_X_REQUEST_ID="erika.mustermann-1")
        api.post("/memory/read", read_body(**person, purpose="recommend erika.mustermann food"))
        api.post("/memory", memory_body(user_id="user_2"))
        sealing.seal_since(None, at=timezone.now())
        salts = SealedEvent.objects.filter(typed_salt__isnull=False)
        assert salts.count() == 3
        assert any("erika" in value for _, value in dump())
        assert api.delete("/users/erika.mustermann").status_code == 200
        sealing.seal_since(None, at=timezone.now())
        assert [found for found in dump() if "erika" in found[1]] == []
        [own] = AuditEvent.objects.filter(event_type="USER_ERASE")
        emptied = AuditEvent.objects.filter(subject_id=own.subject_id).exclude(pk=own.pk)
        assert emptied.count() == 2
        assert not salts.filter(event_id__in=emptied.values("pk")).exists()
        assert verify() == []
        assert check(lines(project)) == []

    def test_an_erasure_that_is_not_sealed_yet_is_known(self, api: Api, project: Project) -> None:
        api.post("/memory/read", read_body())
        sealing.seal_since(None, at=timezone.now())
        api.delete("/users/user_1")
        assert verify() == []
        these = lines(project)
        assert check(these) == []
        assert check(line for line in these if "unsealed" not in line) == ["emptied"]

    def test_what_was_emptied_later_is_not_taken_for_erased(
        self, api: Api, project: Project
    ) -> None:
        api.post("/memory/read", read_body())
        api.delete("/users/user_1")
        [erased] = AuditEvent.objects.filter(event_type="USER_ERASE")
        [later] = events_of(project, 1)
        fresh = {"id": first_id(erased.created_at + 2 * HOUR), "subject_id": erased.subject_id}
        audit.record(msgspec.structs.replace(later, **fresh))
        sealing.seal_since(None, at=timezone.now())
        assert verify() == []
        with without_triggers():
            AuditEvent.objects.filter(pk=fresh["id"]).update(
                purpose=None, domain=None, request_id=""
            )
        assert verify() == ["emptied"]

    def test_the_digest_of_what_was_typed_cannot_be_guessed_any_more(
        self, api: Api, project: Project
    ) -> None:
        api.post("/memory/read", read_body(purpose="recommend food"))
        sealing.seal_since(None, at=timezone.now())
        api.delete("/users/user_1")
        [row] = [one for one in lines(project) if one.get("event", {}).get("scope")]
        assert row["typed"].keys() == {"digest"}
        assert SealedEvent.objects.filter(typed__isnull=False, typed_salt=None).exists()

    def test_a_projects_record_stays_and_verifies_without_its_names(self, project: Project) -> None:
        other = make_project(project.owner, "Wordproject")
        make_key(other, name="Wordkey")
        sealed(other)
        services.delete_project(project=other, at=timezone.now() - 2 * HOUR, by=BY)
        sealing.seal_since(None, at=timezone.now())
        retention.erase(at=timezone.now())
        sealing.seal_since(None, at=timezone.now())
        rows = SealedEvent.objects.filter(event_id__in=AuditEvent.objects.of_project(other.pk))
        assert rows.filter(named__isnull=False).exists()
        assert not rows.exclude(typed_salt=None, named_salt=None, address_salt=None).exists()
        assert verify() == []
        assert "Wordkey" not in str(lines(other, withholds=False))


@pytest.mark.django_db
def test_events_whose_seal_is_gone_are_told(project: Project) -> None:
    sealed(project, 3, seals=2)
    seal = Seal.objects.latest("id")
    seal.delete()
    look = Verification(app_ids=None, expected=(), at=timezone.now())
    told = [fault for fault in look.faults() if fault.where == "the record"]
    assert [fault.sentence for fault in told] == ["3 events lead to a seal that is gone"]
