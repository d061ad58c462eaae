"""What an application sets of its agents' tools, what goes wrong, and what needs to be there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Project
from apikeys.tokens import new_key
from clients.python.tests.scripted_agents import RUNS, Person, Runs, Script
from clients.python.tests.servers import DROP, answer
from clients.python.tests.servers import Script as ServerScript
from config.environment import BASE_DIR
from memory.models import Memory
from memory_scope import Policy
from memory_scope.exceptions import AuthenticationError, ConfigurationError
from tests.makers import make_key

FOOD = {"likes": ["pizza"], "dislikes": ["olives"]}
REMEMBER = ("remember", {"scope": "preferences", "value": FOOD})
RECALL = ("recall", {"scope": "preferences", "purpose": "recommend restaurants"})
POLICY = Policy(
    version="1", matrix={"preferences": ["recommendation"]}, body={"takes": "any"}, request_id=None
)


@pytest.fixture(params=RUNS)
def runs(request: pytest.FixtureRequest) -> Runs:
    made: Runs = request.param
    return made


class TestWhatTheApplicationSets:
    def test_a_purpose_that_it_binds_is_no_argument(
        self, runs: Runs, service: str, key: str
    ) -> None:
        script = Script([REMEMBER, ("recall", {"scope": "preferences", "purpose": "book a table"})])
        talk = runs(service, key, Person("user_1"), script, purpose="recommend restaurants")
        assert talk.answers[1]["outcome"] == "found"
        assert [tool["name"] for tool in script.shown][-1] == "take_back"
        assert {*script.shown[1]["parameters"]["properties"]} == {"scope"}

    def test_scopes_domains_source_and_how_long_it_holds(
        self, runs: Runs, service: str, key: str
    ) -> None:
        in_food = ("remember", {"scope": "preferences", "value": FOOD, "domain": "food"})
        elsewhere = ("remember", {"scope": "preferences", "value": FOOD, "domain": "cars"})
        nowhere = ("remember", {"scope": "preferences", "value": FOOD, "domain": ""})
        schedule = ("remember", {"scope": "schedule", "value": FOOD})
        talk = runs(
            service,
            key,
            Person("user_1"),
            Script([in_food, elsewhere, nowhere, schedule]),
            scopes=["preferences"],
            domains=["food", "music"],
            source="explicit_user_input",
            ttl_days=30,
        )
        assert talk.failed == [False, True, False, True]
        assert "'food' or 'music'" in talk.answers[1]["message"]
        first, second = Memory.objects.order_by("id")
        assert (first.domain, second.domain) == ("food", "")
        assert first.source == "explicit_user_input"
        assert first.expires_at is not None

    def test_scopes_that_are_none_are_refused(self, runs: Runs, service: str, key: str) -> None:
        for scopes in (["moods"], []):
            with pytest.raises(ConfigurationError, match="scopes must be"):
                runs(service, key, Person("user_1"), Script([]), scopes=scopes)

    def test_the_policy_tells_the_model_what_is_read_for_what(
        self, runs: Runs, service: str, key: str
    ) -> None:
        script = Script([])
        runs(service, key, Person("user_1"), script, scopes=["preferences"])
        recall = script.shown[1]
        assert "- preferences (likes, dislikes, favourites): content_gen" in recall["description"]
        assert "schedule (" not in recall["description"]
        assert {"scope", "purpose"} <= {*recall["parameters"]["required"]}

    def test_where_purposes_are_registered_the_model_chooses_among_them(
        self, runs: Runs, script: Callable[..., ServerScript], key: str
    ) -> None:
        purposes = [
            {"id": "gift_finder", "state": "approved", "purpose_class": "recommendation"},
            {"id": "spy", "state": "proposed", "purpose_class": "recommendation"},
        ]
        body = {"takes": "registered", "purposes": purposes}
        policy = Policy(version="1", matrix=POLICY.matrix, body=body, request_id=None)
        scopes: Any = {"policy": policy, "scopes": ["preferences"]}
        talk = runs(script().address, key, Person("u"), Script([RECALL]), **scopes)
        assert talk.failed == [True]
        assert "'gift_finder'" in talk.answers[0]["message"]
        assert "spy" not in talk.seen


class TestFailures:
    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"scope": "moods", "value": FOOD}, "scope: Input should be"),
            ({"scope": "preferences"}, "value is missing."),
            ({"scope": "preferences", "value": "pizza"}, "value must be an object"),
            ({"scope": "preferences", "value": []}, "value does not match any allowed shape"),
        ],
    )
    def test_what_a_model_does_wrong_is_told_so_that_it_can_mend_it(
        self, runs: Runs, service: str, key: str, given: dict[str, Any], told: str
    ) -> None:
        talk = runs(service, key, Person("user_1"), Script([("remember", given)]))
        assert talk.failed == [True]
        assert told in talk.answers[0]["message"]
        assert "Correct it, and call the tool again." in talk.answers[0]["message"]

    @pytest.mark.parametrize("run", RUNS[:2])  # the Agents SDK itself cannot hold such a text
    def test_what_cannot_be_sent_is_told(self, run: Runs, service: str, key: str) -> None:
        half = ("remember", {"scope": "preferences", "value": {"a": "\ud800"}})
        talk = run(service, key, Person("user_1"), Script([half]))
        assert talk.failed == [True]
        assert "lone surrogates" in talk.answers[0]["message"]

    def test_an_object_that_came_as_text_is_read(self, runs: Runs, service: str, key: str) -> None:
        written = ("remember", {"scope": "preferences", "value": json.dumps(FOOD)})
        runs(service, key, Person("user_1"), Script([written]))
        assert json.loads(Memory.objects.get().value_json) == FOOD

    def test_what_the_key_may_not_do_is_told(
        self, runs: Runs, service: str, project: Project
    ) -> None:
        _, reader = make_key(project, "Reader", permissions=["memory:read"])
        talk = runs(service, reader, Person("user_1"), Script([REMEMBER]))
        assert talk.failed == [True]
        assert "These tools may not do that" in talk.answers[0]["message"]
        assert "memory:write" in talk.answers[0]["message"]

    def test_a_service_that_is_away_or_failing_or_busy_is_told(
        self, runs: Runs, script: Callable[..., ServerScript], key: str
    ) -> None:
        told = script(
            DROP,
            answer(500, {"detail": "no", "code": "internal_error"}),
            answer(429, {"detail": "no", "code": "rate_limited"}, Retry_After="7"),
            answer(404, {"detail": "Not found", "code": "not_found"}),
        )
        options: Any = {"policy": POLICY, "scopes": ["preferences"]}
        talk = runs(told.address, key, Person("u"), Script([RECALL] * 4), **options)
        assert talk.failed == [True] * 4
        away, failing, busy, elsewhere = (one["message"] for one in talk.answers)
        assert away.startswith("The memory service cannot be reached at the moment.")
        assert failing.startswith("The memory service cannot be reached at the moment.")
        assert "Try again in 7 seconds." in busy
        assert elsewhere.startswith("This tool failed.")

    def test_a_key_that_opens_nothing_is_for_the_application(
        self, runs: Runs, service: str
    ) -> None:
        with pytest.raises(AuthenticationError):
            runs(
                service,
                new_key("test"),
                Person("user_1"),
                Script([RECALL]),
                policy=POLICY,
                scopes=["preferences"],
            )


@pytest.mark.parametrize(
    ("module", "framework", "extra"),
    [("langchain", "langchain", "langchain"), ("openai_agents", "agents", "openai-agents")],
)
def test_without_its_extra_a_module_says_what_to_install(
    module: str, framework: str, extra: str
) -> None:
    code = f"import sys; sys.modules[{framework!r}] = None; import memory_scope.{module}"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR / "clients/python/src",
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"pip install 'clients/python[{extra}]'" in ran.stderr.splitlines()[-1]


def test_the_client_itself_needs_no_framework() -> None:
    code = "import sys, memory_scope, memory_scope.handles; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR / "clients/python/src",
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert not loaded & {"langchain", "langchain_core", "langgraph", "agents", "openai", "pydantic"}
