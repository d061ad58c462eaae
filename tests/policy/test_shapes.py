"""What may be stored, and the one spelling of its keys."""

import json
import math
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.strict_json import AlteredNumber
from memory.policy.characters import normalize
from memory.policy.shapes import MAX_DEPTH, InvalidValue, Shape, check, snake_case
from tests.policy.statements import normalise
from tests.strategies import any_json, any_text

NO_SHAPE = "value_json does not match any allowed shape"
TOO_DEEP = "value_json is nested more than 8 levels deep"
DISPUTED = (
    "value_json holds a number that JSON readers disagree on, at value_json{}: send it as a string"
)
NOT_FINITE = "value_json holds a number that is not finite"
NUL = "value_json holds a NUL character"
SURROGATE = "value_json holds a lone surrogate, which is not a character"


def nested(depth: int, *, of: str) -> object:
    value: object = [] if of == "arrays" else {}
    for _ in range(depth - 1):
        value = [value] if of == "arrays" else {"a": value}
    return value


class TestShape:
    @pytest.mark.parametrize(
        ("value", "shape"),
        [
            ({"likes": ["pizza"]}, "likes_dislikes"),
            ({"dislikes": []}, "likes_dislikes"),
            ({"Likes": ["pizza"], "DISLIKES": ["olives"], "spice": 3}, "likes_dislikes"),
            ({"likes": ["pizza"], "windows": [], "rules": ["a"]}, "likes_dislikes"),
            ({"likes": "pizza"}, "kv_map"),
            ({"likes": ["pizza"], "dislikes": 5}, "kv_map"),
            ({"likes": ["pizza", 5]}, "kv_map"),
            ({}, "boolean_flags"),
            ({"captions": True, "contrast": False}, "boolean_flags"),
            ({"focus_mode": True}, "boolean_flags"),
            ({"captions": True, "size": 1}, "kv_map"),
            ({"captions": 1}, "kv_map"),
            ([{"start": "9:00"}], "schedule_windows"),
            ([{"End": "9:00"}, {"day": None, "x": []}], "schedule_windows"),
            ({"windows": []}, "schedule_windows"),
            ({"timeSlots": "mornings", "focus_mode": "x"}, "schedule_windows"),
            ({"focus_mode": "deep"}, "attention_settings"),
            ({"Do Not Disturb": {"from": "22:00"}, "rules": ["a"]}, "attention_settings"),
            (["no nuts"], "rules_list"),
            ({"rules": ["no nuts"], "max_price": 20}, "rules_list"),
            ({"rules": []}, "rules_list"),
            ({"rules": "no nuts"}, "kv_map"),
            ({"rules": [1]}, "kv_map"),
            ({"start": "9:00"}, "kv_map"),
            ({"": None}, "kv_map"),
            ({"a": 2**53 - 1, "b": -(2**53) + 1, "c": 1e300}, "kv_map"),
        ],
    )
    def test_a_value_has_its_shape(self, value: object, shape: str) -> None:
        assert check(value) is Shape(shape)

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ([], NO_SHAPE),
            ([1], NO_SHAPE),
            (["a", 1], NO_SHAPE),
            (["a", {"start": 1}], NO_SHAPE),
            ([{}], NO_SHAPE),
            ([{"start": 1}, {"from": 1}], NO_SHAPE),
            ([["a"]], NO_SHAPE),
            ([None], NO_SHAPE),
            ("pizza", NO_SHAPE),
            (5, NO_SHAPE),
            (1.5, NO_SHAPE),
            (True, NO_SHAPE),
            (None, NO_SHAPE),
            ({"a": {1, 2}}, NO_SHAPE),
            ({"a": ("b",)}, NO_SHAPE),
            ({1: "a"}, NO_SHAPE),
            ({"a": math.nan}, NOT_FINITE),
            ({"a": [math.inf]}, NOT_FINITE),
            (-math.inf, NOT_FINITE),
            ({"a": 2**53}, DISPUTED.format(".a")),
            ({"c": True, "a": [0, {"b": -(2**53), "c": 2**60}]}, DISPUTED.format(".a[1].b")),
            ({"a": 10**400}, DISPUTED.format(".a")),
            ({"order": {"id": 2**53 + 1}}, DISPUTED.format(".order.id")),
            ({"k" * 100: {"id": 2**60}}, DISPUTED.format(f".{'k' * 64}….id")),
            ({"a": AlteredNumber("1e-400")}, DISPUTED.format(".a")),
            ({"a": AlteredNumber("inf")}, DISPUTED.format(".a")),
            ({"a": "b\0"}, NUL),
            ({"likes": ["\0"]}, NUL),
            ({"a\0": 1}, NUL),
            ({"a": "\ud800"}, SURROGATE),
            ({"a": {"\udfff": 1}}, SURROGATE),
        ],
    )
    def test_anything_else_is_refused_in_a_sentence(self, value: object, sentence: str) -> None:
        with pytest.raises(InvalidValue) as refused:
            check(value)
        assert str(refused.value) == sentence

    @given(any_json)
    def test_every_json_value_is_recognised_or_refused(self, value: object) -> None:
        try:
            shape = check(value)
        except InvalidValue:
            return
        assert isinstance(shape, Shape)
        assert isinstance(value, (dict, list))
        stored = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        assert json.loads(stored) == value

    @given(st.one_of(st.lists(any_json, min_size=1), st.dictionaries(any_text, any_json)))
    def test_the_shape_does_not_depend_on_the_spelling_of_keys(self, value: object) -> None:
        try:
            shape = check(value)
        except InvalidValue:
            return
        assert check(normalise(value)) is shape


class TestDepth:
    def test_eight_levels_are_stored(self) -> None:
        assert check(nested(MAX_DEPTH, of="objects"))
        assert check({"a": nested(MAX_DEPTH - 1, of="arrays")})

    @pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
    @pytest.mark.parametrize("of", ["objects", "arrays"])
    def test_more_are_refused_however_many(self, depth: int, of: str) -> None:
        with pytest.raises(InvalidValue) as refused:
            check(nested(depth, of=of))
        assert str(refused.value) == TOO_DEEP


class TestSnakeCase:
    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            ("favorite_food", "favorite_food"),
            ("FavoriteFood", "favorite_food"),
            ("favorite-food", "favorite_food"),
            ("favoriteFood", "favorite_food"),
            ("Favorite Food", "favorite_food"),
            ("FAVORITE_FOOD", "favorite_food"),
            ("  favorite - food__", "favorite_food"),
            ("favorite\u2014food", "favorite_food"),
            ("HTTPServer", "http_server"),
            ("myHTTP", "my_http"),
            ("address2Line", "address2_line"),
            ("ProductIDs2", "product_i_ds2"),
            ("C++", "c++"),
            ("max\u200b_price", "max_price"),
            ("\ufeffmax price\u00ad", "max_price"),
            ("\u200b", "\u200b"),
            ("C#", "c#"),
            ("A\U0001d400", "a\U0001d400"),
            ("O'Brien", "o'brien"),
            ("user.name", "user.name"),
            ("ЛюбимаяЕда", "любимая_еда"),
            ("Любимая-еда", "любимая_еда"),
            ("CaféÉtéNoël", "café_été_noël"),
            ("好きな食べ物", "好きな食べ物"),
            ("पसंदीदा खाना", "पसंदीदा_खाना"),
            ("🍕", "🍕"),
            ("-", "-"),
            ("_ _", "_ _"),
            ("", ""),
        ],
    )
    def test_a_key_has_one_spelling(self, key: str, expected: str) -> None:
        assert snake_case(key) == expected
        assert snake_case(unicodedata.normalize("NFD", key)) == expected
        assert snake_case(expected) == expected

    @given(st.text())
    def test_it_is_idempotent_and_never_empties_a_key(self, key: str) -> None:
        assert snake_case(snake_case(key)) == snake_case(key)
        assert bool(snake_case(key)) is bool(key)

    @given(st.text("aAΣßİ\U0001d400ǅﬁ\u0301\u0344\u0345-_ 9", max_size=12), st.integers(0, 70))
    def test_odd_text_of_any_length_does_not_change_twice(self, part: str, times: int) -> None:
        key = part * times
        assert snake_case(snake_case(key)) == snake_case(key)

    def test_a_long_key_is_treated_as_a_short_one(self) -> None:
        assert snake_case("VeryLong" * 5000) == "_".join(["very_long"] * 5000)


class TestNormalise:
    def test_keys_are_snake_case_at_every_depth_and_values_as_written(self) -> None:
        written = {"FavoriteFood": [{"Dish-Name": "Caffè Latte "}], "a": {"B": {"cD": None}}}
        assert normalise(written) == {
            "favorite_food": [{"dish_name": "Caffè Latte "}],
            "a": {"b": {"c_d": None}},
        }
        assert normalise(["Some-Rule"]) == ["Some-Rule"]

    def test_two_keys_that_become_one_say_both_and_the_later_as_written_wins(self) -> None:
        assert normalise({"aB": ["x", "y"], "a-b": ["Z", "X"]}) == {"a_b": ["X", "y", "Z"]}
        assert normalise({"aB": {"c": 1}, "a-b": {"d": 2}}) == {"a_b": {"c": 1, "d": 2}}
        assert normalise({"fontSize": 1, "font-size": 2}) == {"font_size": 2}
        assert normalise({"font-size": 2, "fontSize": 1}) == {"font_size": 1}

    def test_the_value_given_is_not_changed(self) -> None:
        written = {"fontSize": {"inPixels": [{"aB": 1}]}}
        normalise(written)["font_size"]["in_pixels"].append(2)
        assert written == {"fontSize": {"inPixels": [{"aB": 1}]}}

    @given(any_json)
    def test_it_is_idempotent(self, value: object) -> None:
        once = normalise(value)
        # As text, because NaN is not equal to itself.
        assert json.dumps(normalise(once)) == json.dumps(once)


class TestLinearTime:
    """Python puts a run of combining marks in order in quadratic time."""

    def test_a_long_run_of_marks_is_left_as_it_is(self) -> None:
        run = "\u0301\u0323"  # in normal form the other way round
        assert normalize("NFKC", "a" + run * 15) != "a" + run * 15
        assert normalize("NFKC", "a" + run * 8000) == "a" + run * 8000

    def test_no_mark_escapes_the_limit(self) -> None:
        for number in range(sys.maxunicode + 1):
            character = chr(number)
            if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]):
                run = character + "\u0f73\u0301" * 20
                assert normalize("NFKC", run) == run, hex(number)
                assert normalize("NFKC", character * 31) == character * 31, hex(number)

    def test_ordinary_text_of_any_length_is_normalised(self) -> None:
        for text in ("e\u0301" * 500, "か\u3099" * 500, "🎉" * 99 + "e\u0301", "… " * 99 + "ﬁ"):
            assert normalize("NFKC", text) == unicodedata.normalize("NFKC", text) != text
