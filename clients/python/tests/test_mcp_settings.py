"""Whose memories an MCP server serves, and to whom: what is refused before it starts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import httpx2
import pytest

from clients.python.tests.mcp_issuers import ISSUER, PUBLIC, Issuer
from memory_scope.__main__ import _parser
from memory_scope._mcp_command import settings_of
from memory_scope._mcp_settings import HttpPlace, McpSettings, TokenRules
from memory_scope.exceptions import ConfigurationError
from memory_scope.mcp.tokens import JwtVerifier

ISSUED = ("--jwt-issuer", ISSUER, "--jwt-jwks-url", f"{ISSUER}/jwks", "--public-url", PUBLIC)
RULES = TokenRules(issuer=ISSUER, jwks_url=f"{ISSUER}/jwks", public_url=PUBLIC, audience=PUBLIC)


@pytest.fixture(autouse=True)
def without_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEMORY_SCOPE_USER_ID", raising=False)


def said(*words: str) -> McpSettings:
    return settings_of(vars(_parser().parse_args(["mcp", *words])))


class TestTheCommand:
    def test_the_person_is_an_argument_or_the_environments(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MEMORY_SCOPE_USER_ID", "ada")
        assert said() == McpSettings(user_id="ada")
        assert said("--user-id", "bob", "--allow-deleting", "--source", "system") == McpSettings(
            user_id="bob", allow_deleting=True, source="system"
        )

    def test_http_is_for_this_machine(self) -> None:
        assert said("--user-id", "ada", "--http").http == HttpPlace(host="127.0.0.1", port=8765)
        for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost"):
            assert said("--user-id", "ada", "--http", "--host", host).http == HttpPlace(host=host)

    def test_tokens_say_who_it_is(self) -> None:
        http = said("--http", "--host", "0.0.0.0", *ISSUED).http
        assert http == HttpPlace(host="0.0.0.0", tokens=RULES)
        assert http is not None
        assert http.tokens is not None
        assert (http.tokens.audience, http.tokens.user_claim) == (PUBLIC, "sub")

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["--http"], "Whose memories are these"),
            (["--http", "--host", "0.0.0.0"], "Whose memories are these"),
            (["--http", "--host", "0.0.0.0", "--user-id", "ada"], "Whoever reaches 0.0.0.0"),
            (["--http", "--host", "::", "--user-id", "ada"], "Whoever reaches ::"),
            (["--http", "--host", "192.168.1.7", "--user-id", "ada"], "Whoever reaches 192"),
            (["--http", "--host", "127.1", "--user-id", "ada"], "Whoever reaches 127.1"),
            (["--http", "--host", "", "--user-id", "ada"], "--host is empty"),
            (["--http", "--port", "0", "--user-id", "ada"], "--port must be between"),
            (["--http", *ISSUED, "--user-id", "ada"], "is said twice"),
            (["--http", *ISSUED[:2]], "give --jwt-jwks-url and --public-url too"),
            (["--http", "--jwt-user-claim", "sub"], "give --jwt-issuer and"),
            (["--http", *ISSUED, "--jwt-audience", " "], "--jwt-audience and"),
            (["--http", *ISSUED, "--jwt-user-claim", ""], "--jwt-user-claim must not"),
            (["--http", *ISSUED, "--jwt-jwks-url", "http://a.example"], "--jwt-jwks-url must be"),
            (["--http", *ISSUED, "--public-url", f"{PUBLIC}?a=b"], "--public-url must be"),
            (["--http", *ISSUED, "--jwt-issuer", "a.example"], "--jwt-issuer must be"),
            (["--user-id", "ada", "--port", "80"], "--port goes with --http"),
            ([*ISSUED], "--jwt-issuer goes with --http"),
            (["--user-id", " ada"], "without a blank"),
            (["--user-id", "a" * 256], "1 to 255 characters"),
            (["--user-id", "a\nb"], "that can be seen"),
        ],
    )
    def test_what_would_be_unsafe_or_unclear_is_refused(
        self, words: list[str], sentence: str
    ) -> None:
        with pytest.raises(ConfigurationError, match=sentence):
            said(*words)

    def test_a_person_of_the_environment_and_tokens_are_two(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MEMORY_SCOPE_USER_ID", "ada")
        with pytest.raises(ConfigurationError, match="is said twice"):
            said("--http", *ISSUED)

    def test_a_source_is_one_of_the_policys(self) -> None:
        with pytest.raises(ConfigurationError, match="inferred"):
            McpSettings(user_id="ada", source="gossip")  # type: ignore[arg-type] # the point


class TestTheIssuersKeys:
    """The clock is the test's: nothing waits."""

    def taken(self, issuer: Issuer, moments: Sequence[tuple[float, str]]) -> list[str | None]:
        """Return the person of each token, at its moment; None where it is refused."""

        def reply(request: httpx2.Request) -> httpx2.Response:
            issuer.asked += 1
            if not issuer.published:
                return httpx2.Response(500)
            return httpx2.Response(200, content=json.dumps(issuer.published))

        async def verified() -> list[str | None]:
            now = [0.0]
            verifier = JwtVerifier(RULES, httpx2.MockTransport(reply), lambda: now[0])
            people: list[str | None] = []
            for moment, token in moments:
                now[0] = moment
                if token == "publish":
                    issuer.publish()
                elif token == "break":
                    issuer.published = {}
                else:
                    access = await verifier.verify_token(token)
                    people.append(None if access is None else access.subject)
                    assert access is None or access.token == ""
            return people

        return asyncio.run(verified())

    def test_are_kept_and_asked_for_again_after_an_hour(self) -> None:
        issuer = Issuer()
        token = issuer.token("ada")
        moments = [(0, "publish"), *((moment, token) for moment in (0, 10, 3599, 3601, 3602))]
        assert self.taken(issuer, moments) == ["ada"] * 5
        assert issuer.asked == 2

    def test_that_are_new_are_found_and_old_ones_end(self) -> None:
        issuer = Issuer()
        old, another = issuer.token("ada"), Issuer(name="second")
        issuer.publish()
        moments: list[tuple[float, str]] = [(0, old), (100, another.token("bob"))]
        assert self.taken(issuer, moments) == ["ada", None]
        issuer.key, issuer.name, issuer.asked = another.key, another.name, 0
        moments = [(0, old), (0, "publish"), (31, another.token("bob")), (32, old)]
        assert self.taken(issuer, moments) == ["ada", "bob", None]
        assert issuer.asked == 2

    def test_that_are_not_known_are_asked_for_only_now_and_then(self) -> None:
        issuer, stranger = Issuer(), Issuer(name="strange")
        issuer.publish()
        moments = [(float(moment), stranger.token("eve")) for moment in range(60)]
        assert self.taken(issuer, moments) == [None] * 60
        assert issuer.asked == 2

    def test_stay_when_the_issuer_is_away(self) -> None:
        issuer = Issuer()
        token = issuer.token("ada")
        moments = [(0, "publish"), (0, token), (1, "break"), (4000, token), (4001, token)]
        assert self.taken(issuer, moments) == ["ada"] * 3
        assert issuer.asked == 2

    def test_are_needed(self) -> None:
        issuer = Issuer()
        assert self.taken(issuer, [(0, issuer.token("ada"))]) == [None]
