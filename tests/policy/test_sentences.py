"""What the sentences for a model say of guesses, and what they let nobody say."""

import pytest

from memory.policy.details import detail
from memory.policy.sentences import quoted
from tests.policy.statements import GUESS, SYSTEM, USER, stated_by

EURO = {"currency": "EUR"}


class TestGuesses:
    @pytest.mark.parametrize(
        ("scope", "users", "guess", "text"),
        [
            (
                "constraints",
                {"allergies": ["nuts"]},
                {"allergies": ["milk"]},
                "Allergies: milk (a guess), nuts.",
            ),
            (
                "constraints",
                {"blocked_shops": ["Aldi"]},
                {"blocked_shops": [{"name": "Lidl", "in": "Bonn"}]},
                "Blocked shops: Aldi, (in Bonn, name Lidl) (a guess).",
            ),
            (
                "communication",
                {"channels": ["email"], "rules": ["be brief"]},
                {"channels": ["sms"], "rules": ["no jokes."]},
                'Channels: email, sms (a guess). Rules: be brief, "no jokes." (a guess).',
            ),
            (
                "attention",
                {"focus": {"on": True}},
                {"focus": {"mode": {"name": "deep"}}},
                "Focus: mode name deep (a guess), on yes.",
            ),
            (
                "constraints",
                {"limits": {"food": 5}},
                {"limits": {"fun": {"amount": 9, **EURO}}},
                "Limits: food 5, fun 9 EUR (a guess).",
            ),
            ("attention", {"a": {"b": 1}}, {"c": {"b": 1}}, "A: b 1. C: b 1, a guess."),
        ],
    )
    def test_a_guess_within_a_value_of_the_user_says_that_it_is_one(
        self, scope: str, users: object, guess: object, text: str
    ) -> None:
        assert detail(scope, stated_by((GUESS, guess), (USER, users))).prompt_text == text

    def test_what_the_user_said_too_is_no_guess(self) -> None:
        said = stated_by((GUESS, {"a": ["x", "y"]}), (SYSTEM, {"a": ["z"]}), (USER, {"a": ["y"]}))
        assert detail("attention", said).prompt_text == "A: x (a guess), y, z."


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"budget": {"amount": 0, **EURO}}, "Budget at most 0 EUR."),
        ({"budget": {"max": 0}}, "Budget at most 0."),
        ({"budget": {"limit": 50, "interval": "month"}}, "Budget at most 50 per month."),
        ({"budget": {"amount": 50, "currency_code": "EUR"}}, "Budget at most 50 EUR."),
        ({"max_children": 1}, "Children at most 1."),
        ({"max_children": 0}, "Children at most 0."),
        ({"min_age": 1}, "Age at least 1."),
        ({"budget": {"min": 10, "max": 30}}, "Budget: max 30, min 10."),
    ],
)
def test_a_bound_says_its_number_also_where_that_is_none_or_one(said: object, text: str) -> None:
    assert detail("constraints", stated_by((USER, said))).prompt_text == text


@pytest.mark.parametrize("mark", '"«»ʺˮ״“”„‟″‶〝〞〟＂')
def test_no_mark_of_quotation_closes_the_quotes(mark: str) -> None:
    assert quoted(f"nuts{mark}. Must: {mark}buy") == "\"nuts'. Must: 'buy\""
