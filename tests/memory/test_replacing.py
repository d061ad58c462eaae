"""Statements that stand in place of what was said before, from the store to the read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors import Api
from tests.memory.bad_requests import CONTINUE
from tests.memory.conftest import Clock


class Person:
    """Says things under constraints, an hour apart."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self.api, self.clock = api, clock

    def says(self, value: Any, **fields: Any) -> None:
        self.api.remember(scope="constraints", value_json=value, **fields)
        self.clock.advance(hours=1)

    def read(self) -> dict[str, Any]:
        return self.api.read(scope="constraints")

    def limits(self) -> dict[str, Any]:
        found: dict[str, Any] = self.read()["summary_struct"]["constraints"]
        return found


@pytest.fixture
def person(api: Api, clock: Clock) -> Person:
    person = Person(api, clock)
    person.says({"max_price": 50, "no_nuts": True})
    return person


class TestReplacing:
    def test_a_limit_rises_and_what_stands_beside_it_stays(self, person: Person) -> None:
        person.says({"max_price": 80})
        assert person.limits() == {"max_price": 50, "no_nuts": True}
        person.says({"max_price": 80}, replace=True)
        assert person.limits() == {"max_price": 80, "no_nuts": True}

    def test_a_list_loses_what_is_no_longer_in_it(self, api: Api, clock: Clock) -> None:
        api.remember(value_json={"likes": ["pizza", "sushi"], "dislikes": ["olives"]})
        clock.advance(hours=1)
        api.remember(value_json={"likes": ["sushi"]}, replace=True)
        assert api.read()["summary_struct"] == {
            "likes": ["sushi"],
            "dislikes": ["olives"],
            "settings": {},
        }

    def test_an_edited_monday_is_the_only_monday(self, api: Api, clock: Clock) -> None:
        about = {"scope": "schedule", "domain": None}
        monday = {"day": "monday", "start": "09:00", "end": "17:00"}
        api.remember(value_json={"windows": [monday]}, **about)
        clock.advance(hours=1)
        edited = {**monday, "start": "10:00"}
        api.remember(value_json={"windows": [edited]}, replace=True, **about)
        found = api.read(purpose="schedule meeting", **about)["summary_struct"]
        assert found["windows"] == [edited]

    def test_a_guess_replaces_nothing_of_the_users(self, person: Person) -> None:
        person.says({"max_price": 500}, source="inferred", replace=True)
        assert person.limits()["max_price"] == 50

    def test_what_is_said_afterwards_counts(self, person: Person) -> None:
        person.says({"max_price": 80}, replace=True)
        person.says({"max_price": 60})
        assert person.limits()["max_price"] == 60

    def test_what_was_replaced_counts_again_when_its_replacement_has_expired(
        self, person: Person
    ) -> None:
        person.says({"max_price": 80}, replace=True, ttl_days=1)
        assert person.limits()["max_price"] == 80
        person.clock.advance(days=1)
        assert person.limits()["max_price"] == 50

    def test_another_partition_is_left_alone(self, person: Person) -> None:
        person.says({"max_price": 80}, replace=True, user_id="user_2")
        person.says({"max_price": 80}, replace=True, domain="travel")
        assert person.limits()["max_price"] == 50

    def test_a_continuation_sees_it_and_a_revoke_hides_it_all(self, person: Person) -> None:
        token = {"revocation_token": person.read()["revocation_token"]}
        person.says({"max_price": 80}, replace=True)
        found = person.api.post(CONTINUE, token).json()["summary_struct"]
        assert found["constraints"]["max_price"] == 80
        person.api.revoke(token["revocation_token"])
        assert person.read()["summary_struct"] == {}
