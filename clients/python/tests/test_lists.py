"""Lists, single memories and the record, by the real service and by ones that go wrong."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import DROP, READ, Script, answer, answer_losing_proxy
from memory.models import Memory
from memory_scope import (
    ALL_DOMAINS,
    AsyncMemoryScopeClient,
    MemoryScopeClient,
    StoredMemory,
    exceptions,
)

KEY = new_key("test")
Scripted = Callable[..., Script]
SAID: dict[str, Any] = {"user_id": "u", "scope": "preferences", "source": "user_setting"}
EMPTY: dict[str, Any] = {"items": [], "next_cursor": None}


def tell(client: MemoryScopeClient, *likes: str, **said: Any) -> list[str]:
    """Store each, and return their ids, the newest first."""
    stored = [client.create_memory(**SAID, value_json={"likes": [one]}, **said) for one in likes]
    return [memory.id for memory in reversed(stored)]


class TestMemories:
    def test_a_list_is_all_of_it_however_many_pages(self, client: MemoryScopeClient) -> None:
        ids = tell(client, *"abcde")
        listed = client.list_memories(user_id="u", limit=2)
        assert [memory.id for memory in listed] == ids
        assert [memory.id for memory in listed] == ids, "it can be gone through again"
        assert [len(page.items) for page in listed.pages()][:2] == [2, 2]

    def test_a_page_leads_to_the_next(self, client: MemoryScopeClient) -> None:
        ids = tell(client, *"abc")
        listed = client.list_memories(user_id="u", limit=2)
        first = listed.page()
        assert first.request_id
        assert first.next_cursor is not None
        assert [memory.id for memory in listed.page(first.next_cursor).items] == ids[2:]

    def test_a_memory_is_shown_as_it_was_stored(self, client: MemoryScopeClient) -> None:
        (id_,) = tell(client, "a", domain="food", ttl_days=3, replace=True)
        (listed,) = client.list_memories(user_id="u")
        found = client.get_memory(id_)
        assert found.request_id
        assert found.value_json == listed.value_json == {"likes": ["a"]}
        assert (found.source, found.domain, found.replace) == ("user_setting", "food", True)
        assert found.expires_at is not None
        assert StoredMemory.from_dict(found.to_dict()) == found

    def test_domains_are_one_or_none_or_all(self, client: MemoryScopeClient) -> None:
        (without,), (food,) = tell(client, "a"), tell(client, "b", domain="food")
        listed = client.list_memories
        assert [m.id for m in listed(user_id="u")] == [food, without]
        assert [m.id for m in listed(user_id="u", domain=ALL_DOMAINS)] == [food, without]
        assert [m.id for m in listed(user_id="u", domain=None)] == [without]
        assert [m.id for m in listed(user_id="u", domain="food")] == [food]
        assert list(listed(user_id="u", scope="attention")) == []

    def test_one_that_is_deleted_is_gone(self, client: MemoryScopeClient) -> None:
        kept, gone = tell(client, *"ab")
        deleted = client.delete_memory(gone)
        assert deleted.to_dict()["id"] == gone
        assert deleted.request_id
        assert [memory.id for memory in client.list_memories(user_id="u")] == [kept]
        for ask in (client.get_memory, client.delete_memory):
            with pytest.raises(exceptions.NotFoundError) as caught:
                ask(gone)
            assert not caught.value.after_lost_answer

    def test_a_deletion_whose_answer_is_lost_says_so(
        self, service: str, key: str, client: MemoryScopeClient, waits: list[float]
    ) -> None:
        (id_,) = tell(client, "a")
        with (
            answer_losing_proxy(service, losing=1) as address,
            MemoryScopeClient(api_key=key, base_url=address) as unlucky,
            pytest.raises(exceptions.NotFoundError) as caught,
        ):
            unlucky.delete_memory(id_)
        assert caught.value.after_lost_answer
        assert not Memory.objects.exists()

    def test_access_is_taken_back_by_user(self, client: MemoryScopeClient) -> None:
        tell(client, "a"), tell(client, "b", domain="food")
        asked: dict[str, Any] = {"user_id": "u", "scope": "preferences", "purpose": "suggest books"}
        token = client.read_memory(**asked).revocation_token
        taken = client.revoke_memory(user_id="u", scope="preferences", domain=None)
        assert (taken.grants_closed, taken.memories_hidden) == (1, 1)
        with pytest.raises(exceptions.GrantRevokedError):
            client.read_memory_continue(revocation_token=token)
        taken = client.revoke_memory(user_id="u")
        assert (taken.grants_closed, taken.memories_hidden) == (0, 1)
        assert list(client.list_memories(user_id="u")) == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"revocation_token": "rev_x", "user_id": "u"},
        {"revocation_token": "rev_x", "scope": "preferences"},
        {"revocation_token": "rev_x", "domain": None},
    ],
    ids=str,
)
def test_a_revoke_that_does_not_say_of_what_takes_nothing_back(
    given: dict[str, Any], script: Scripted
) -> None:
    told = script()
    with (
        MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
        pytest.raises(exceptions.InvalidArgumentError),
    ):
        client.revoke_memory(**given)
    assert told.requests == []


class TestRecord:
    def test_it_can_be_gone_through(self, client: MemoryScopeClient) -> None:
        before = datetime.now(timezone.utc)
        tell(client, *"abc")
        with pytest.raises(exceptions.PolicyDeniedError) as denied:
            client.read_memory(user_id="u", scope="preferences", purpose="book a table")
        events = list(client.list_events(user_id="u", limit=2))
        assert [event.event_type for event in events] == ["POLICY_DENIED", *["MEMORY_CREATE"] * 3]
        assert events[0].request_id == denied.value.request_id
        assert events[0].decision_id == denied.value.decision_id
        assert events[0].purpose == "book a table"
        assert type(events[0]).from_dict(events[0].to_dict()) == events[0]
        assert [e.id for e in client.list_events(decision="denied")] == [events[0].id]
        created = client.list_events(event_type="MEMORY_CREATE", scope="preferences", since=before)
        assert [event.id for event in created] == [event.id for event in events[1:]]
        assert list(client.list_events(user_id="u", until=before)) == []

    def test_a_time_goes_out_in_utc(self, script: Scripted) -> None:
        told = script(answer(200, EMPTY))
        east = timezone(timedelta(hours=2))
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            assert list(client.list_events(since=datetime(2026, 1, 1, 1, tzinfo=east))) == []
        assert told.requests[0]["path"] == "/audit?since=2025-12-31T23%3A00%3A00Z"


class TestWhatCannotBeAsked:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"since": datetime(2026, 1, 1)}, "since must say its time zone"),  # noqa: DTZ001
            ({"until": "2026-01-01T00:00:00Z"}, "until must be a datetime, not a str"),
            ({"limit": "5"}, "limit must be an integer"),
            ({"limit": True}, "limit must be an integer"),
            ({"user_id": 7}, "user_id must be a string, not an int"),
            ({"user_id": datetime.now(timezone.utc)}, "user_id must be a string"),
            ({"user_id": "\ud800"}, "user_id holds characters"),
        ],
        ids=str,
    )
    def test_it_is_refused_before_anything_is_iterated(
        self, given: dict[str, Any], sentence: str, script: Scripted
    ) -> None:
        told = script()
        with (
            MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
            pytest.raises(exceptions.InvalidArgumentError, match=sentence),
        ):
            client.list_events(**given)

    @pytest.mark.parametrize("id_", ["", "  ", None, 5, b"x"])
    def test_no_id_is_no_memory(self, id_: Any, script: Scripted) -> None:
        told = script()
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            for ask in (client.get_memory, client.delete_memory, client.get_user):
                with pytest.raises(exceptions.InvalidArgumentError, match="_id"):
                    ask(id_)
        assert told.requests == []


class TestServicesThatGoWrong:
    @pytest.mark.parametrize("circle", ["c", "ab", "abc", "abcdefg"])
    def test_pages_that_lead_in_a_circle_end_the_list(self, circle: str, script: Scripted) -> None:
        pages = [answer(200, {"items": [], "next_cursor": one}) for one in circle * 20]
        told = script(*pages)
        with (
            MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
            pytest.raises(exceptions.APIError, match="lead in a circle"),
        ):
            list(client.list_memories(user_id="u"))

    def test_pages_that_lead_in_a_circle_end_it_with_asyncio_too(self, script: Scripted) -> None:
        told = script(*(answer(200, {"items": [], "next_cursor": one}) for one in "ab" * 9))

        async def ask() -> None:
            async with AsyncMemoryScopeClient(api_key=KEY, base_url=told.address) as client:
                async for _ in client.list_memories(user_id="u"):
                    pass

        with pytest.raises(exceptions.APIError, match="lead in a circle"):
            asyncio.run(ask())

    def test_a_long_list_that_goes_on_is_read_to_its_end(self, script: Scripted) -> None:
        told = script(
            *(answer(200, {"items": [], "next_cursor": str(n)}) for n in range(40)),
            answer(200, {"items": [], "next_cursor": None}),
        )
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            assert list(client.list_memories(user_id="u")) == []
        assert len(told.requests) == 41

    @pytest.mark.parametrize(
        "body", [{}, {"items": [1], "next_cursor": None}, {"items": []}], ids=str
    )
    def test_what_is_no_page_is_an_error(self, body: Any, script: Scripted) -> None:
        told = script(answer(200, body))
        with (
            MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
            pytest.raises(exceptions.APIError, match="could not be understood"),
        ):
            list(client.list_memories(user_id="u"))

    def test_a_deletion_that_answers_something_is_none(self, script: Scripted) -> None:
        told = script(answer(200, READ))
        with (
            MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
            pytest.raises(exceptions.APIError, match="could not be understood"),
        ):
            client.delete_memory("01a206ab")

    def test_a_page_is_asked_for_again(self, script: Scripted, waits: list[float]) -> None:
        told = script(DROP, answer(503), answer(200, EMPTY))
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            assert list(client.list_memories(user_id="u")) == []
        assert len(told.requests) == 3


def test_asyncio_does_the_same(service: str, key: str) -> None:
    async def run() -> None:
        async with AsyncMemoryScopeClient(api_key=key, base_url=service) as client:
            ids = [
                (await client.create_memory(**SAID, value_json={"likes": [one]})).id
                for one in "abc"
            ]
            listed = client.list_memories(user_id="u", limit=2)
            assert [memory.id async for memory in listed] == ids[::-1]
            assert len((await listed.page()).items) == 2
            assert (await client.get_memory(ids[0])).value_json == {"likes": ["a"]}
            await client.delete_memory(ids[0])
            assert (await client.revoke_memory(user_id="u")).memories_hidden == 2
            events = [event.event_type async for event in client.list_events(user_id="u", limit=2)]
            assert events[:2] == ["MEMORY_REVOKE", "MEMORY_DELETE"]

    asyncio.run(run())


def test_both_clients_take_the_same() -> None:
    for name, method in inspect.getmembers(MemoryScopeClient, inspect.isfunction):
        if not name.startswith("_"):
            twin = getattr(AsyncMemoryScopeClient, name)
            assert inspect.signature(method).parameters == inspect.signature(twin).parameters, name
            assert twin.__doc__, name
