"""Merging a set of memories: who wins, how sure we are, and each scope's summary."""

import pytest

from memory.policy import readings
from memory.policy.merging import Merged, Statement, merge
from tests.policy.statements import (
    GUESS,
    SETTING,
    SYSTEM,
    USER,
    stated,
    stated_by,
    struct,
)
from tests.strategies import NOON, numbered


class TestNothingSaid:
    @pytest.mark.parametrize(
        "scope",
        ["preferences", "constraints", "communication", "accessibility", "schedule", "attention"],
    )
    def test_every_scope_has_the_same_empty_answer(self, scope: str) -> None:
        assert merge(scope, []) == Merged("No memories found.", {}, 0.0)

    def test_an_unknown_scope_is_an_error_even_so(self) -> None:
        with pytest.raises(ValueError, match="everything"):
            merge("everything", [])

    def test_an_unknown_source_has_no_authority_at_all(self) -> None:
        with pytest.raises(KeyError):
            merge("preferences", stated({"likes": ["pizza"]}, source="rumour"))


class TestOrder:
    def test_a_user_beats_the_system_and_the_system_a_guess_however_old(self) -> None:
        sources = [USER, SYSTEM, GUESS]
        for first, source in enumerate(sources):
            pairs = [(name, {"tone": name}) for name in sources[first:]]
            assert merge("communication", stated_by(*pairs)).summary_struct == {
                "preferences": {"tone": source}
            }

    def test_between_a_users_word_and_setting_the_newer_wins(self) -> None:
        for older, newer in ((USER, SETTING), (SETTING, USER)):
            merged = merge("communication", stated_by((older, {"a": 1}), (newer, {"a": 2})))
            assert merged.summary_struct == {"preferences": {"a": 2}}

    def test_at_one_moment_the_greater_id_wins(self) -> None:
        pair = [Statement(numbered(n), USER, NOON, {"a": n}) for n in (9, 200)]
        for statements in (pair, pair[::-1]):
            assert merge("attention", statements).summary_struct == {"settings": {"a": 200}}


class TestPreferences:
    def test_likes_dislikes_and_settings_stand_apart(self) -> None:
        merged = merge(
            "preferences",
            stated(
                {"likes": ["sushi", "Pizza"], "Spice-Level": 3},
                {"Dislikes": ["olives"]},
                {"theme": {"dark": True}},
            ),
        )
        assert merged.summary_struct == {
            "likes": ["Pizza", "sushi"],
            "dislikes": ["olives"],
            "settings": {"spice_level": 3, "theme": {"dark": True}},
        }
        assert merged.summary_text == "Likes: 2, Dislikes: 1, Settings: 2"

    @pytest.mark.parametrize(
        "same", ["PIZZA", " pizza", "piz\uff3aa", "\tPizza \n", "\u00a0\uff30izza"]
    )
    def test_the_same_item_stands_once_in_the_winners_spelling_trimmed(self, same: str) -> None:
        assert struct("preferences", {"likes": ["pizza"]}, {"likes": [same]})["likes"] == [
            same.strip()
        ]
        guess_last = stated_by((USER, {"likes": ["pizza"]}), (GUESS, {"likes": [same]}))
        assert merge("preferences", guess_last).summary_struct["likes"] == ["pizza"]

    def test_white_space_inside_collapses_in_comparing_not_in_what_is_returned(self) -> None:
        likes = struct("preferences", {"likes": ["ice cream"]}, {"likes": ["Ice \n Cream"]})[
            "likes"
        ]
        assert likes == ["Ice \n Cream"]

    @pytest.mark.parametrize(
        ("one", "other"),
        [("iphone 14", "iphone 15"), ("pizza", "pizzas"), ("resume", "résumé"), ("a b", "ab")],
    )
    def test_likeness_is_not_sameness(self, one: str, other: str) -> None:
        assert struct("preferences", {"likes": [one, other]})["likes"] == [one, other]

    def test_lists_are_sorted_by_folded_text_then_text(self) -> None:
        likes = ["b", "Äpfel", "a", "Z", "C", "ss b", "ß a"]
        assert struct("preferences", {"likes": likes})["likes"] == [
            *("a", "b", "C", "ß a", "ss b", "Z", "Äpfel")
        ]

    def test_an_item_stands_only_where_the_winner_put_it(self) -> None:
        like, dislike = {"likes": ["Olives"]}, {"dislikes": [" olives"]}
        assert struct("preferences", like, dislike) == {
            "likes": [],
            "dislikes": ["olives"],
            "settings": {},
        }
        assert struct("preferences", dislike, like)["likes"] == ["Olives"]
        guess_last = merge("preferences", stated_by((USER, like), (GUESS, dislike)))
        assert guess_last.summary_struct["likes"] == ["Olives"]
        assert guess_last.summary_struct["dislikes"] == []

    def test_a_statement_of_two_minds_is_read_carefully(self) -> None:
        for value in (
            {"likes": ["olives", "figs"], "dislikes": ["OLIVES"]},
            {"dislikes": ["OLIVES"], "likes": ["olives", "figs"]},
        ):
            assert struct("preferences", value) == {
                "likes": ["figs"],
                "dislikes": ["OLIVES"],
                "settings": {},
            }

    def test_likes_that_are_no_list_of_strings_are_a_setting(self) -> None:
        assert struct("preferences", {"likes": ["figs"]}, {"likes": "all"}, {"dislikes": [1]}) == {
            "likes": ["figs"],
            "dislikes": [],
            "settings": {"likes": "all", "dislikes": [1]},
        }


class TestCommunication:
    def test_everything_is_a_preference(self) -> None:
        merged = merge(
            "communication", stated({"tone": "formal"}, ["be brief"], {"likes": ["tea"]})
        )
        assert merged.summary_struct == {
            "preferences": {"tone": "formal", "rules": ["be brief"], "likes": ["tea"]}
        }
        assert merged.summary_text == "Communication preferences: 3 settings"


class TestAccessibility:
    def test_booleans_are_flags_and_the_rest_settings(self) -> None:
        merged = merge(
            "accessibility",
            stated({"highContrast": True, "captions": False}, {"font_size": 18}),
        )
        assert merged.summary_struct == {
            "flags": {"captions": False, "high_contrast": True},
            "settings": {"font_size": 18},
        }
        assert merged.summary_text == "Accessibility: 2 flags, 1 settings"

    def test_a_key_stands_only_where_the_winner_put_it(self) -> None:
        assert struct("accessibility", {"captions": True}, {"captions": "large"}) == {
            "flags": {},
            "settings": {"captions": "large"},
        }
        assert struct("accessibility", {"captions": "large"}, {"captions": True}) == {
            "flags": {"captions": True},
            "settings": {},
        }


class TestAttention:
    def test_everything_is_a_setting(self) -> None:
        windows = [{"start": "9:00"}]
        merged = merge("attention", stated({"focus_mode": True}, windows, {"focusMode": False}))
        assert merged.summary_struct == {"settings": {"focus_mode": False, "windows": windows}}
        assert merged.summary_text == "Attention settings: 2 preferences"


class TestHostileSizes:
    def test_each_item_is_looked_at_once_however_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks: list[str] = []

        def look(text: str) -> str:
            looks.append(text)
            return text.casefold()

        monkeypatch.setattr(readings, "normal_form", look)
        items = [f"{number:05}".ljust(100, "é") for number in range(10_000)]
        likes = merge("preferences", stated({"likes": items[::-1]})).summary_struct["likes"]
        assert likes == items
        assert len(looks) == 10_000

    def test_five_hundred_statements_all_take_part(self) -> None:
        statements = stated(*({"likes": [f"food {n:03}"], f"key_{n:03}": n} for n in range(500)))
        merged = merge("preferences", statements)
        assert merged.summary_text == "Likes: 500, Dislikes: 0, Settings: 500"
        assert merged.summary_struct["likes"] == [f"food {n:03}" for n in range(500)]
        assert merged.summary_struct["settings"] == {f"key_{n:03}": n for n in range(500)}
