"""The sealed record can be had, and verified by whoever has nothing but it and the keys."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from memory_scope.__main__ import main

from accounts.audit import ChangedBy
from accounts.models import AuditEvent, Project, User
from config.environment import BASE_DIR
from proof import keys, sealing, signing
from proof.models import Seal
from proof.sealed.hashes import digest_of
from tests.doors import Api, without_triggers
from tests.makers import make_key, make_project, memory_body, read_body
from tests.proof.records import check, sealed


def exported(api: Api) -> list[dict[str, Any]]:
    answer = api.get("/audit/export")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in b"".join(answer).splitlines()]


@pytest.fixture
def record(api: Api) -> list[dict[str, Any]]:
    api.post("/memory", memory_body())
    api.post("/memory", memory_body(scope="schedule", value_json={"windows": []}))
    api.post("/memory/read", read_body())
    sealing.seal_since(None, at=timezone.now())
    return exported(api)


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("keys.json", signing.public_keys())

    def write(self, name: str, *values: object) -> str:
        file = self.path / name
        file.write_text("".join(f"{json.dumps(one)}\n" for one in values))
        return str(file)

    def verify(self, *arguments: str) -> int:
        return main(["verify", *arguments, "--keys", str(self.path / "keys.json")])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.django_db
class TestTheLatestSeals:
    def test_they_are_of_the_keys_environment_and_of_both(
        self, api: Api, project: Project, owner: User
    ) -> None:
        make_key(project, "Live", environment="live")
        make_key(make_project(owner))
        sealed(project, count=2)
        seals = api.get("/audit/seal").json()["seals"]
        assert [(one["app_id"], one["environment"]) for one in seals] == [
            (str(project.pk), "test"),
            (str(project.pk), "both"),
        ]
        latest = Seal.objects.latest_of(project.pk, "test")
        assert latest is not None
        assert (seals[0]["token"], seals[0]["events"]) == (latest.token, latest.after - 1)

    def test_before_the_first_there_is_none(self, api: Api) -> None:
        assert api.get("/audit/seal").json() == {"seals": []}

    @pytest.mark.parametrize("path", ["/audit/seal", "/audit/export"])
    def test_a_key_that_may_not_see_the_record_sees_none(self, project: Project, path: str) -> None:
        api = Api(make_key(project, permissions=["memory:read"])[1])
        assert api.get(path).status_code == 403


@pytest.mark.django_db
class TestTheExport:
    def test_it_verifies_and_names_no_user(self, record: list[dict[str, Any]]) -> None:
        assert check(record) == []
        assert len([line for line in record if "event" in line]) >= 4
        assert "user_1" not in json.dumps(record)

    def test_nothing_is_seen_of_another_project_or_environment(
        self, record: list[dict[str, Any]], project: Project, owner: User
    ) -> None:
        live = exported(Api(make_key(project, "Live", environment="live")[1]))
        other = exported(Api(make_key(make_project(owner))[1]))
        for seen in (live, other):
            assert not [line for line in seen if line.get("event", {}).get("scope")]
            assert check(seen) == []

    def test_a_key_for_some_scopes_sees_hashes_of_the_rest(
        self, record: list[dict[str, Any]], project: Project
    ) -> None:
        narrow = exported(Api(make_key(project, "Narrow", scopes=["schedule"])[1]))
        scopes = {line["event"]["scope"] for line in narrow if "event" in line}
        assert scopes == {"schedule"}
        assert check(narrow) == []
        assert [line for line in narrow if "leaf" in line and "event" not in line]

    def test_an_event_that_is_gone_is_missed_by_every_key(
        self, record: list[dict[str, Any]], api: Api, project: Project
    ) -> None:
        narrow = Api(make_key(project, "Narrow", scopes=["schedule"])[1])
        with without_triggers():
            AuditEvent.objects.filter(scope="preferences").delete()
        assert check(exported(api)) == check(exported(narrow)) == ["removed"]

    def test_what_was_typed_is_never_withheld(self, record: list[dict[str, Any]]) -> None:
        typed = next(line["typed"] for line in record if "typed" in line)
        words = {"salt": typed.pop("salt"), "words": typed.pop("words")}
        typed |= {"digest": digest_of(**words), "withheld": True}
        assert check(record) == ["emptied"]

    def test_an_erasure_that_is_withheld_is_not_missed(
        self, record: list[dict[str, Any]], api: Api, project: Project
    ) -> None:
        api.delete("/users/user_1")
        sealing.seal_since(None, at=timezone.now())
        assert check(exported(api)) == []
        assert check(exported(Api(make_key(project, "Narrow", scopes=["schedule"])[1]))) == []

    def test_where_a_change_was_made_from_is_withheld(self, api: Api, project: Project) -> None:
        by = ChangedBy(actor="somebody", request_id="r", address="192.0.2.7")
        make_key(project, name="Another", by=by)
        sealing.seal_since(None, at=timezone.now())
        record = exported(api)
        assert "192.0.2.7" not in json.dumps(record)
        assert check(record) == []
        assert [line["address"] for line in record if "address" in line]


@pytest.mark.django_db
class TestTheCommand:
    def test_a_whole_record_verifies(
        self,
        record: list[dict[str, Any]],
        folder: Folder,
        api: Api,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        file = folder.write("record.jsonl", *record)
        kept = folder.path / "kept.jws"
        tokens = [one["token"] for one in api.get("/audit/seal").json()["seals"]]
        kept.write_text("\n".join(tokens))
        assert folder.verify(file, "--seal", str(kept)) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["verified"]
        assert found["faults"] == {}
        assert sorted(found["latest_seals"].values()) == sorted(tokens)

    def test_a_changed_one_does_not(
        self,
        record: list[dict[str, Any]],
        folder: Folder,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        next(line for line in record if "event" in line)["event"]["reason_code"] = "OTHER"
        assert folder.verify(folder.write("record.jsonl", *record)) == 1
        said = capsys.readouterr()
        assert json.loads(said.out)["faults"] == {"changed": 1}
        assert said.err == "memory-scope: The record is not as it was sealed.\n"

    def test_what_is_no_record_says_so(
        self, folder: Folder, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert folder.verify(folder.write("record.jsonl", "no", 1, None)) == 1
        assert json.loads(capsys.readouterr().out)["faults"] == {"removed": 1, "unreadable": 3}
        assert folder.verify(str(folder.path / "missing")) == 1
        assert "missing" in capsys.readouterr().err
        assert folder.verify(folder.write("record.jsonl", {"end": True})) == 1
        assert json.loads(capsys.readouterr().out)["faults"] == {"removed": 1}

    @pytest.mark.parametrize("header", [b"[]", b"null", b'{"kid":[]}', b"[" * 100_000])
    def test_what_is_no_seal_is_forged(
        self, folder: Folder, header: bytes, capsys: pytest.CaptureFixture[str]
    ) -> None:
        seal = ".".join(keys.encoded(part) for part in (header, b"{}", bytes(64)))
        file, kept = folder.write("record.jsonl", {"seal": seal}), folder.path / "kept.jws"
        kept.write_text(seal)
        assert folder.verify(file, "--seal", str(kept)) == 1
        assert json.loads(capsys.readouterr().out)["faults"] == {"forged": 2, "removed": 1}
        kept.write_bytes(header)
        assert main(["verify", file, "--keys", str(kept)]) == 1
        assert "The keys cannot be read" in capsys.readouterr().err

    def test_keys_come_from_nowhere_in_clear(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["verify", "-", "--keys", "http://memory.example/keys.json"]) == 1
        assert "use https" in capsys.readouterr().err


def test_it_needs_no_django() -> None:
    code = (
        "import sys, memory_scope.sealed.checking;"
        "print(sorted({one.split('.')[0] for one in sys.modules} & {'django', 'proof', 'jwt'}))"
    )
    path = str(BASE_DIR / "clients/python/src")
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"
