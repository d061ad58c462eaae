"""The record and its seals, by the client and by the command: kept, exported whole, verified."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Project
from apikeys.tokens import new_key
from clients.python.tests.sockets import answering
from clients.python.tests.test_users import chunked, whole
from memory_scope import AsyncMemoryScopeClient, LatestSeals, MemoryScopeClient
from memory_scope.__main__ import main
from memory_scope._exports import LastLine
from memory_scope.exceptions import IncompleteAnswerError
from tests.proof.records import sealed

KEY = new_key("test")
FIRST = b'{"format":"memory-scope-sealed-record","v":1}\n'
EXPORT = FIRST + b'{"position":1,"event":{"meta":{"end":true}}}\n{"end":true}\n'


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(words) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_the_latest_seals_can_be_written_down(client: MemoryScopeClient, project: Project) -> None:
    assert client.latest_seals().seals == []
    sealed(project, count=2)
    found = client.latest_seals()
    assert [(one.app_id, one.environment) for one in found.seals] == [
        (str(project.pk), "test"),
        (str(project.pk), "both"),
    ]
    assert LatestSeals.from_dict(found.to_dict()) == found


def test_a_record_is_exported_and_verified_against_seals_that_were_kept(
    service: str,
    key: str,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MEMORY_SCOPE_API_KEY", key)
    monkeypatch.setenv("MEMORY_SCOPE_BASE_URL", service)
    sealed(project)
    kept, file = tmp_path / "kept.json", tmp_path / "record.jsonl"
    seals = told(capsys, "seals")
    kept.write_text(json.dumps(seals))
    sealed(project)
    file.write_text("of before")
    assert told(capsys, "export-record", str(file)) == {"file": str(file)}
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(tmp_path.iterdir()) == [kept, file]
    found = told(capsys, "verify", str(file), "--seal", str(kept))
    assert (found["verified"], found["chains"]) == (True, len(seals["seals"]))
    file.write_bytes(FIRST + b'{"end":true}\n')
    assert main(["verify", str(file), "--seal", str(kept)]) == 1
    assert json.loads(capsys.readouterr().out)["faults"] == {"cut off": len(seals["seals"])}


def test_asyncio_does_the_same(service: str, key: str, project: Project, tmp_path: Path) -> None:
    sealed(project)
    file = tmp_path / "record.jsonl"

    async def run() -> None:
        async with AsyncMemoryScopeClient(api_key=key, base_url=service) as client:
            tokens = [one.token for one in (await client.latest_seals()).seals]
            await client.export_record_to_file(file)
            lines = [json.loads(line) for line in file.read_bytes().splitlines()]
            assert [line["seal"] for line in lines if "seal" in line] == tokens

    asyncio.run(run())


@pytest.mark.parametrize(
    "reply",
    [chunked(EXPORT), whole(EXPORT[:-13]), whole(b""), whole(b'{"end":true}')],
    ids=["no last chunk", "passed on as whole", "nothing", "the last line alone"],
)
def test_no_half_of_it_passes_for_the_whole(
    reply: Callable[[socket.socket], None], tmp_path: Path
) -> None:
    async def run(address: str) -> None:
        async with AsyncMemoryScopeClient(api_key=KEY, base_url=address) as client:
            with pytest.raises(IncompleteAnswerError):
                await client.export_record_to_file(file)

    file = tmp_path / "record.jsonl"
    file.write_text("of before")
    with answering(reply) as port:
        address = f"http://127.0.0.1:{port}"
        with MemoryScopeClient(api_key=KEY, base_url=address) as client:
            with pytest.raises(IncompleteAnswerError):
                list(client.stream_record_export())
            with pytest.raises(IncompleteAnswerError):
                client.export_record_to_file(file)
        asyncio.run(run(address))
    assert file.read_text() == "of before"
    assert list(tmp_path.iterdir()) == [file]


def test_wherever_it_breaks_off_it_is_seen() -> None:
    for end in range(len(EXPORT) - 1):
        with pytest.raises(IncompleteAnswerError):
            looked_at([EXPORT[:end]]).check()


@pytest.mark.parametrize("length", [1, 7, 1000])
def test_a_whole_one_is_whole_in_whatever_pieces(length: int) -> None:
    looked_at([EXPORT[at : at + length] for at in range(0, len(EXPORT), length)]).check()


def test_a_file_that_cannot_be_written_is_said_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEMORY_SCOPE_API_KEY", KEY)
    monkeypatch.setenv("MEMORY_SCOPE_BASE_URL", "http://127.0.0.1:9")
    for name, why in ((str(tmp_path / "missing" / "record.jsonl"), "No such file"), ("/", "name")):
        assert main(["export-record", name]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(f"memory-scope: {name} could not be written: ")
        assert why in said.err


@pytest.mark.parametrize("text", ['{"seals": []}', "{", '{"items": [1]}', '{"seals": [1]}', " "])
def test_what_holds_no_seal_says_so(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record, keys, kept = (tmp_path / name for name in ("record.jsonl", "keys.json", "kept.json"))
    record.write_bytes(EXPORT)
    keys.write_text('{"keys": []}')
    kept.write_text(text)
    assert main(["verify", str(record), "--keys", str(keys), "--seal", str(kept)]) == 1
    assert f"There is no seal in {kept}." in capsys.readouterr().err


def looked_at(pieces: list[bytes]) -> LastLine:
    seen = LastLine()
    for piece in pieces:
        seen.add(piece)
    return seen
