"""What is held on a user, by the client: told, handed out whole, and erased."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import Script, answer
from clients.python.tests.sockets import answering, saying
from clients.python.tests.test_lists import SAID, tell
from memory.models import Memory
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, User, exceptions
from memory_scope._exports import Wholeness
from memory_scope.exceptions import IncompleteAnswerError

KEY = new_key("test")
ODD = ["a/b", "..", ".", "Zoë 🥣", "a?b#c", "%2e%2e", "a+b", "a\\b", "../users/v", "a b", "a:b@c"]
EXPORT = b'{"user_id":"u","memories":[{"value_json":{"a":[],"complete":true}}],"complete":true}'


@pytest.mark.parametrize("user", ODD)
def test_whatever_a_user_is_called_they_are_found(user: str, client: MemoryScopeClient) -> None:
    client.create_memory(**{**SAID, "user_id": user}, value_json={"likes": ["tea"]})
    found = client.get_user(user)
    assert (found.user_id, found.memories) == (user, 1)
    assert found.places[0].scope == "preferences"
    assert User.from_dict(found.to_dict()) == found
    assert client.export_user(user)["memories"][0]["value_json"] == {"likes": ["tea"]}
    assert client.erase_user(user).memories_deleted == 1


class TestErasure:
    def test_a_dry_run_says_what_would_go(self, client: MemoryScopeClient) -> None:
        tell(client, *"ab")
        would = client.erase_user("u", dry_run=True)
        assert (would.dry_run, would.memories_deleted, would.erased_at) == (True, 2, None)
        assert Memory.objects.count() == 2

    def test_an_erasure_leaves_nothing(self, client: MemoryScopeClient) -> None:
        tell(client, *"ab")
        done = client.erase_user("u")
        assert (done.dry_run, done.memories_deleted) == (False, 2)
        assert done.erased_at is not None
        assert type(done).from_dict(done.to_dict()) == done
        assert not Memory.objects.exists()
        assert client.get_user("u").places == []

    @pytest.mark.parametrize("dry_run", [None, 1, 0, "true", "false"])
    def test_a_dry_run_that_is_neither_yes_nor_no_erases_nothing(
        self, dry_run: Any, script: Callable[..., Script]
    ) -> None:
        told = script()
        with (
            MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
            pytest.raises(exceptions.InvalidArgumentError, match="dry_run"),
        ):
            client.erase_user("u", dry_run=dry_run)
        assert told.requests == []


class TestExport:
    def test_it_is_written_to_a_file_of_its_owner(
        self, client: MemoryScopeClient, tmp_path: Path
    ) -> None:
        tell(client, *"abc")
        file = tmp_path / "u.json"
        file.write_text("of before")
        client.export_user_to_file("u", file)
        told = json.loads(file.read_text())
        assert [one["value_json"]["likes"] for one in told["memories"]] == [["a"], ["b"], ["c"]]
        assert file.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [file]

    def test_it_comes_in_pieces(self, client: MemoryScopeClient) -> None:
        tell(client, *"abc")
        assert json.loads(b"".join(client.stream_user_export("u")))["complete"] is True

    def test_asyncio_does_the_same(self, service: str, key: str, tmp_path: Path) -> None:
        async def run() -> None:
            async with AsyncMemoryScopeClient(api_key=key, base_url=service) as client:
                await client.create_memory(**SAID, value_json={"likes": ["tea"]})
                assert (await client.get_user("u")).memories == 1
                told = await client.export_user("u")
                await client.export_user_to_file("u", tmp_path / "u.json")
                written = json.loads((tmp_path / "u.json").read_text())
                assert written["memories"] == told["memories"]
                assert (await client.erase_user("u")).memories_deleted == 1

        asyncio.run(run())

    def test_a_refusal_is_the_error_that_it_is(self, client: MemoryScopeClient) -> None:
        with pytest.raises(exceptions.InvalidRequestError) as caught:
            client.export_user("u" * 256)
        assert (caught.value.status_code, caught.value.code) == (422, "out_of_range")

    def test_it_is_begun_again_and_not_gone_on_with(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        told = script(answer(503), answer(200, json.loads(EXPORT)))
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            assert client.export_user("u") == json.loads(EXPORT)
        assert waits == [0.5]


def whole(content: bytes) -> Callable[[socket.socket], None]:
    """Return what answers with this, as whole as HTTP can tell."""
    return saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content))


def chunked(content: bytes) -> Callable[[socket.socket], None]:
    """Return what answers with this in pieces, and hangs up before it says that it was all."""
    return saying(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n"
        % (len(content), content)
    )


class TestExportsThatBreakOff:
    @pytest.mark.parametrize(
        "reply",
        [chunked(EXPORT[:30]), chunked(EXPORT), whole(EXPORT[:30]), whole(b""), whole(b"{}")],
        ids=["chunks", "no last chunk", "passed on as whole", "nothing", "something else"],
    )
    def test_no_half_of_one_passes_for_the_whole(
        self, reply: Callable[[socket.socket], None], tmp_path: Path
    ) -> None:
        async def run(address: str) -> None:
            async with AsyncMemoryScopeClient(api_key=KEY, base_url=address) as client:
                with pytest.raises(IncompleteAnswerError):
                    await client.export_user("u")

        file = tmp_path / "u.json"
        file.write_text("of before")
        with answering(reply) as port:
            address = f"http://127.0.0.1:{port}"
            with MemoryScopeClient(api_key=KEY, base_url=address) as client:
                with pytest.raises(IncompleteAnswerError) as caught:
                    client.export_user("u")
                with pytest.raises(IncompleteAnswerError):
                    client.export_user_to_file("u", file)
            asyncio.run(run(address))
        assert (caught.value.reason, caught.value.request_sent) == ("broken_off", True)
        assert file.read_text() == "of before"
        assert list(tmp_path.iterdir()) == [file]

    def test_wherever_it_breaks_off_it_is_seen(self) -> None:
        """Also where what came ends as a whole one does."""
        content = EXPORT.replace(b'"u"', rb'"}\\\"u{","complete":true')
        for end in range(len(content)):
            with pytest.raises(IncompleteAnswerError):
                looked_at([content[:end]]).check()

    @pytest.mark.parametrize("length", [1, 2, 3, 7, 1000])
    def test_a_whole_one_is_whole_in_whatever_pieces(self, length: int) -> None:
        content = EXPORT.replace(b'"u"', rb'"}\\\"u{"') + b"\n"
        pieces = [content[at : at + length] for at in range(0, len(content), length)]
        looked_at(pieces).check()

    @pytest.mark.parametrize("more", [b"{}", b"]", b'"'])
    def test_what_follows_is_no_part_of_it(self, more: bytes) -> None:
        with pytest.raises(IncompleteAnswerError):
            looked_at([EXPORT, more]).check()


def looked_at(pieces: list[bytes]) -> Wholeness:
    seen = Wholeness()
    for piece in pieces:
        seen.add(piece)
    return seen
