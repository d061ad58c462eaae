"""The MCP server over streamable HTTP: whose session it is, and who is kept out."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from mcp.shared.exceptions import McpError

from apikeys.tokens import new_key
from clients.python.tests.mcp_hosts import PERSON, SECONDS, Host, http_server, over_http
from clients.python.tests.mcp_issuers import ISSUER, PUBLIC, Issuer, running_issuer, stranger_key
from memory.models import Memory

FOOD = {"scope": "preferences", "domain": "food"}
PURPOSE = "recommend restaurants"
KEY, NOWHERE = new_key("test"), "http://127.0.0.1:9"
OPENING: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPTED = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def opened(address: str, **headers: str) -> httpx.Response:
    """Try to open a session."""
    return httpx.post(
        address, json=OPENING, headers={**ACCEPTED, **headers}, trust_env=False, timeout=SECONDS
    )


class TestPersons:
    def test_two_sessions_of_two_persons_never_cross(
        self, service: str, key: str, issuer: Issuer
    ) -> None:
        async def both(address: str) -> None:
            first, second = bearing(issuer.token("ada")), bearing(issuer.token("bob"))
            async with over_http(address, first) as ada, over_http(address, second) as bob:
                await asyncio.gather(*(said(host, one) for one, host in ((1, ada), (2, bob))))
                handle = (await ada.answer("recall", **FOOD, purpose=PURPOSE))["handle"]
                assert "no such handle" in await bob.failure("recall_again", handle=handle)
                assert "no such handle" in await bob.failure("take_back", handle=handle)
                for _ in range(5):
                    found = await asyncio.gather(
                        *(host.answer("recall", **FOOD, purpose=PURPOSE) for host in (ada, bob))
                    )
                    assert [one["summary"]["likes"] for one in found] == [["food 1"], ["food 2"]]

        async def said(host: Host, number: int) -> None:
            await host.answer("remember", **FOOD, value={"likes": [f"food {number}"]})

        with http_server(service, key, *issuer.words) as (address, _):
            asyncio.run(both(address))
        assert sorted(Memory.objects.values_list("user_id", flat=True)) == ["ada", "bob"]

    def test_a_handle_is_good_for_nothing_in_another_session_of_the_same_person(
        self, service: str, key: str
    ) -> None:
        async def both(address: str) -> None:
            async with over_http(address) as here, over_http(address) as there:
                handle = (await here.answer("recall", **FOOD, purpose=PURPOSE))["handle"]
                assert "no such handle" in await there.failure("recall_again", handle=handle)
                assert "no such handle" in await there.failure("take_back", handle=handle)
                await here.answer("recall_again", handle=handle)

        with http_server(service, key, "--user-id", PERSON) as (address, _):
            asyncio.run(both(address))

    def test_a_session_opens_for_nobody_elses_token(
        self, service: str, key: str, issuer: Issuer
    ) -> None:
        with http_server(service, key, *issuer.words) as (address, _):
            session = opened(address, **bearing(issuer.token("ada"))).headers["mcp-session-id"]
            calling = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
            for person, status in (("bob", 404), ("ada", 200)):
                headers = {**ACCEPTED, **bearing(issuer.token(person)), "mcp-session-id": session}
                answer = httpx.post(
                    address, json=calling, headers=headers, trust_env=False, timeout=SECONDS
                )
                assert answer.status_code == status

    def test_many_calls_at_once_are_each_answered(self, service: str, key: str) -> None:
        async def many(address: str) -> list[str]:
            async with over_http(address) as host:
                await asyncio.gather(
                    *(
                        host.answer("remember", scope="preferences", value={"likes": [f"{n:02}"]})
                        for n in range(20)
                    )
                )
                found = await host.answer("recall", scope="preferences", purpose=PURPOSE)
                return list(found["summary"]["likes"])

        with http_server(service, key, "--user-id", PERSON) as (address, _):
            assert asyncio.run(many(address)) == [f"{number:02}" for number in range(20)]


class TestTokens:
    def test_whom_the_issuer_did_not_send_is_kept_out(self, issuer: Issuer) -> None:
        now = int(time.time())
        public = issuer.key.public_key()
        claims = {"iss": ISSUER, "aud": PUBLIC, "sub": "ada", "exp": now + 600}
        refused = {
            "expired": issuer.token(exp=now - 3600),
            "for ever": issuer.token(exp=None),
            "not yet": issuer.token(nbf=now + 3600),
            "for another server": issuer.token(aud="https://other.example.com/mcp"),
            "for nobody": issuer.token(aud=None),
            "of another issuer": issuer.token(iss="https://evil.example.com"),
            "of no person": issuer.token(None),
            "of an empty person": issuer.token(""),
            "of a person with blanks": issuer.token(" ada"),
            "of a number": issuer.token(7),
            "of a control character": issuer.token("ada\x00"),
            "unsigned": jwt.encode(claims, "", algorithm="none"),
            "signed with the public key": jwt.encode(
                claims, str(public.public_numbers().x), algorithm="HS256", headers={"kid": "first"}
            ),
            "signed by a stranger": jwt.encode(
                claims, stranger_key(), algorithm="RS256", headers={"kid": "first"}
            ),
            "signed by a key that is not known": jwt.encode(
                claims, issuer.key, algorithm="ES256", headers={"kid": "another"}
            ),
            "no token": "nonsense",
            "very long": "a" * 20_000,
        }
        with http_server(NOWHERE, KEY, *issuer.words) as (address, process):
            answers = {name: opened(address, **bearing(token)) for name, token in refused.items()}
            answers["none"] = opened(address)
            let_in = opened(address, **bearing(issuer.token("ada"))).status_code
            process.terminate()
            _, errors = process.communicate(timeout=SECONDS)
        assert {name for name, one in answers.items() if one.status_code != 401} == set()
        told = answers["none"].headers["WWW-Authenticate"]
        assert 'resource_metadata="https://mcp.example.com/.well-known/' in told
        assert let_in == 200
        assert issuer.asked <= 2, "what strangers send must not make requests to the issuer"
        assert "ada" not in errors

    def test_it_says_where_tokens_are_to_be_had(self, issuer: Issuer) -> None:
        with http_server(NOWHERE, KEY, *issuer.words) as (address, _):
            place = address.replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
            told = httpx.get(place, trust_env=False, timeout=SECONDS).json()
        assert told["resource"] == PUBLIC
        assert [server.rstrip("/") for server in told["authorization_servers"]] == [ISSUER]

    def test_the_person_can_be_in_another_claim(
        self, service: str, key: str, issuer: Issuer
    ) -> None:
        async def remembered(address: str) -> None:
            token = issuer.token("internal-number", customer="ada")
            async with over_http(address, bearing(token)) as host:
                await host.answer("remember", **FOOD, value={"likes": ["a"]})

        words = (*issuer.words, "--jwt-user-claim", "customer")
        with http_server(service, key, *words) as (address, _):
            asyncio.run(remembered(address))
        assert Memory.objects.get().user_id == "ada"


class TestOnThisMachine:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Host": "evil.example.com"}, 421),
            ({"Host": "127.0.0.1.evil.example.com:80"}, 421),
            ({"Origin": "https://evil.example.com"}, 403),
            ({"Origin": "http://localhost:1"}, 403),
            ({"Origin": "null"}, 403),
            ({}, 200),
        ],
    )
    def test_a_page_of_somebody_else_is_kept_out(
        self, headers: dict[str, str], status: int
    ) -> None:
        with http_server(NOWHERE, KEY, "--user-id", PERSON) as (address, _):
            assert opened(address, **headers).status_code == status

    def test_what_is_too_large_or_no_json_is_refused(self) -> None:
        with http_server(NOWHERE, KEY, "--user-id", PERSON) as (address, _):
            refused = {b"{": 400, b"[]": 400, b"[" * 100_000: 500, b" " * 5_000_000: 413}
            for content, status in refused.items():
                answer = httpx.post(
                    address,
                    content=content,
                    headers={**ACCEPTED, "Content-Type": "application/json"},
                    trust_env=False,
                    timeout=SECONDS,
                )
                assert answer.status_code == status
            assert opened(address).status_code == 200

    @pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_with_a_session_open(self, sent: signal.Signals) -> None:
        with http_server(NOWHERE, KEY, "--user-id", PERSON) as (address, process):
            session = opened(address).headers["mcp-session-id"]
            headers = {"Accept": "text/event-stream", "mcp-session-id": session}
            with httpx.stream("GET", address, headers=headers, trust_env=False, timeout=SECONDS):
                process.send_signal(sent)
                said, errors = process.communicate(timeout=SECONDS)
        assert said == ""
        assert "Traceback" not in errors
        assert process.returncode in (0, -sent, 130)

    def test_a_port_that_is_taken_is_told(self) -> None:
        with http_server(NOWHERE, KEY, "--user-id", PERSON) as (address, _):
            port = address.split(":")[-1].removesuffix("/mcp")
            again = http_server(NOWHERE, KEY, "--user-id", PERSON, "--port", port)
            with pytest.raises(RuntimeError, match="address already in use"), again:
                pass

    def test_a_session_that_was_ended_is_gone(self, service: str, key: str) -> None:
        with http_server(service, key, "--user-id", PERSON) as (address, _):
            session = opened(address).headers["mcp-session-id"]
            headers = {**ACCEPTED, "mcp-session-id": session}
            ended = httpx.delete(address, headers=headers, trust_env=False, timeout=SECONDS)
            calling = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
            after = httpx.post(
                address, json=calling, headers=headers, trust_env=False, timeout=SECONDS
            )
        assert (ended.status_code, after.status_code) == (200, 404)
        assert json.loads(after.content)["error"]


def test_a_server_that_lost_its_service_still_lists_its_tools() -> None:
    async def listed(address: str) -> str:
        async with over_http(address) as host:
            tools = (await host.session.list_tools()).tools
            with pytest.raises(McpError, match="cannot be reached"):
                await host.session.read_resource(
                    (await host.session.list_resources()).resources[0].uri
                )
            return next(tool.description or "" for tool in tools if tool.name == "recall")

    with http_server(NOWHERE, KEY, "--user-id", PERSON) as (address, _):
        described = asyncio.run(listed(address))
    assert "check_purpose tells" in described
    assert "- recommendation: suggesting" in described
