"""Memory as tools of agents: LangChain, invoked and awaited, and the OpenAI Agents SDK."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest

from clients.python.tests.scripted_agents import (
    LAST,
    RUNS,
    Person,
    Runs,
    Script,
    Talk,
    Turn,
)
from memory.models import Memory
from memory_scope import MemoryScopeClient
from memory_scope.exceptions import ConfigurationError

FOOD = {"likes": ["pizza"], "dislikes": ["olives"]}
REMEMBER = ("remember", {"scope": "preferences", "value": FOOD})
RECALL = ("recall", {"scope": "preferences", "purpose": "recommend restaurants"})
BOOK = ("recall", {"scope": "preferences", "purpose": "book a table"})
DENIED = (
    "Understood as task_execution, allowed for this scope: content_generation, recommendation. "
    "Do not reword the purpose; ask the person or use another purpose."
)


@pytest.fixture(params=RUNS)
def runs(request: pytest.FixtureRequest) -> Runs:
    made: Runs = request.param
    return made


class TestAConversation:
    def test_it_remembers_recalls_is_denied_takes_back_and_finds_nothing(
        self, runs: Runs, service: str, key: str
    ) -> None:
        again = ("recall_again", {"handle": LAST})
        take_back = ("take_back", {"handle": LAST})
        script = Script([REMEMBER, RECALL, BOOK, again, take_back, again, RECALL])
        talk = runs(service, key, Person("user_1"), script)
        stored, found, denied, read_again, taken, ended, nothing = talk.answers

        assert stored == {"outcome": "remembered"}
        assert found["outcome"] == read_again["outcome"] == "found"
        assert "pizza" in found["known"]
        assert found["confidence"] == 0.25  # an agent's word is a guess unless it is told otherwise
        assert read_again == found
        assert (denied["outcome"], denied["message"]) == ("denied", DENIED)
        assert taken == {"outcome": "taken_back"}
        assert ended["message"].startswith("That access has ended")
        assert nothing["outcome"] == "nothing"
        assert talk.failed == [False, False, False, False, False, True, False]

    def test_what_was_taken_back_is_not_taken_back_again(
        self, runs: Runs, service: str, key: str
    ) -> None:
        take_back = ("take_back", {"handle": LAST})
        talk = runs(service, key, Person("user_1"), Script([RECALL, take_back, take_back]))
        assert talk.failed == [False, False, True]
        assert "nothing was taken back" in talk.answers[2]["message"]

    def test_a_denial_is_no_failure_and_is_found_in_the_record(
        self, runs: Runs, service: str, key: str
    ) -> None:
        talk = runs(service, key, Person("user_1"), Script([BOOK]))
        assert talk.failed == [False]
        with MemoryScopeClient(api_key=key, base_url=service) as client:
            (event,) = [one for one in client.list_events(decision="denied") if one.user_id]
        assert event.decision_id == talk.answers[0]["decision_id"]
        assert event.user_id == "user_1"

    def test_the_model_sees_no_token_and_no_key(self, runs: Runs, service: str, key: str) -> None:
        script = Script([REMEMBER, RECALL, ("recall_again", {"handle": LAST}), BOOK])
        talk = runs(service, key, Person("user_1"), script)
        shown = talk.seen + json.dumps(script.shown)
        assert "pizza" in talk.seen
        assert re.findall(r"rev_[\w-]{20}", shown) == []
        assert key not in shown

    def test_a_purpose_can_be_asked_about(self, runs: Runs, service: str, key: str) -> None:
        yes = ("check_purpose", {"scope": "preferences", "purpose": "recommend books"})
        no = ("check_purpose", {"scope": "preferences", "purpose": "book a table"})
        talk = runs(service, key, Person("user_1"), Script([yes, no]))
        assert talk.answers == [
            {"outcome": "allowed", "understood_as": "recommendation"},
            {"outcome": "denied", "message": DENIED},
        ]


class TestPersons:
    def test_no_tool_takes_one(self, runs: Runs, service: str, key: str) -> None:
        script = Script([])
        runs(service, key, Person("user_1"), script)
        taken = {tool["name"]: {*tool["parameters"]["properties"]} for tool in script.shown}
        assert taken == {
            "remember": {"scope", "value"},
            "recall": {"scope", "purpose"},
            "recall_again": {"handle"},
            "take_back": {"handle"},
            "check_purpose": {"scope", "purpose"},
        }

    def test_one_that_the_model_makes_up_is_nobody(
        self, runs: Runs, service: str, key: str
    ) -> None:
        name, given = REMEMBER
        made_up = {"user_id": "user_2", "person": "user_2", "runtime": "user_2", "config": {}}
        runs(service, key, Person("user_1"), Script([(name, given | made_up)]))
        assert [memory.user_id for memory in Memory.objects.all()] == ["user_1"]

    @pytest.mark.parametrize("context", [Person(None), Person(" "), None, {"user_id": ""}])
    def test_without_one_nothing_runs(
        self, runs: Runs, service: str, key: str, context: Any
    ) -> None:
        with pytest.raises(ConfigurationError, match="names no person"):
            runs(service, key, context, Script([REMEMBER]))
        assert not Memory.objects.exists()

    def test_the_application_can_name_one_otherwise(
        self, runs: Runs, service: str, key: str
    ) -> None:
        named = {"person": lambda runtime: f"of-{runtime.context.user_id}"}
        runs(service, key, Person("user_1"), Script([REMEMBER]), **named)
        assert [memory.user_id for memory in Memory.objects.all()] == ["of-user_1"]

    def test_two_at_once_never_cross(self, runs: Runs, service: str, key: str) -> None:
        talks: dict[str, Talk] = {}

        def talk(person: str) -> None:
            mine = ("remember", {"scope": "preferences", "value": {"likes": [person]}})
            turns: list[Turn] = [mine, *[RECALL, ("recall_again", {"handle": LAST})] * 5]
            talks[person] = runs(service, key, Person(person), Script(turns))

        persons = [f"reader-{number}" for number in range(4)]
        threads = [threading.Thread(target=talk, args=(person,)) for person in persons]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for person in persons:
            known = [one["known"] for one in talks[person].answers[1:]]
            assert len(known) == 10
            assert all(re.findall(r"reader-\d", one) == [person] for one in known)

    def test_anothers_handle_opens_nothing(self, runs: Runs, service: str, key: str) -> None:
        handles = Recording()
        runs(service, key, Person("user_1"), Script([REMEMBER, RECALL]), handles=handles)
        stolen = handles.given[-1]
        turns = [("recall_again", {"handle": stolen}), ("take_back", {"handle": stolen})]
        talk = runs(service, key, Person("user_2"), Script(turns), handles=handles)
        assert talk.failed == [True, True]
        assert all("no such handle" in one["message"] for one in talk.answers)
        kept = runs(service, key, Person("user_1"), Script(turns), handles=handles)
        assert [one["outcome"] for one in kept.answers] == ["found", "taken_back"]


class Recording:
    """A place for handles that is the application's own, and tells which it gave."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.kept: dict[tuple[str, str], str] = {}

    def give(self, *, person: str, token: str) -> str:
        self.given.append(f"mine-{len(self.given)}")
        self.kept[person, self.given[-1]] = token
        return self.given[-1]

    def token(self, handle: str, *, person: str) -> str | None:
        return self.kept.get((person, handle))
