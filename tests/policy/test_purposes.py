"""From a purpose in free text to one class, by whole words only."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memory.policy.purposes import CONSEQUENCE, TELLING, WEAK, classify, matched_terms
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass

KNOWN = {word: name for level in (TELLING, WEAK) for name, words in level.items() for word in words}
known_words = st.sampled_from(sorted(KNOWN))
telling_words = st.sampled_from(sorted(word for words in TELLING.values() for word in words))
weak_words = st.sampled_from(sorted(word for words in WEAK.values() for word in words))
letters_and_digits = st.text("abcdefghijklmnopqrstuvwxyz0123456789éßж", max_size=5)

EXAMPLES = [
    ("generate food recommendations", "recommendation"),
    ("recommend restaurants", "recommendation"),
    ("recommend books", "recommendation"),
    ("order history suggestions", "recommendation"),
    ("suggest available products", "recommendation"),
    ("recommend products that meet dietary needs", "recommendation"),
    ("suggest products", "recommendation"),
    ("filter restaurant recommendations based on dietary restrictions", "recommendation"),
    ("apply budget constraints to product recommendations", "recommendation"),
    ("generate personalized food recommendations for user dashboard", "recommendation"),
    ("create personalized email", "content_generation"),
    ("generate content", "content_generation"),
    ("generate personalized content", "content_generation"),
    ("schedule meeting", "scheduling"),
    ("check availability", "scheduling"),
    ("execute task to auto-order lunch", "task_execution"),
    ("auto-order lunch", "task_execution"),
    ("book appointment", "task_execution"),
    ("send notification", "notification_delivery"),
    ("deliver alert", "notification_delivery"),
    ("notification delivery", "notification_delivery"),
    ("ui rendering", "ui_rendering"),
    ("display user music preferences in profile settings", "ui_rendering"),
    ("task reminders", "notification_delivery"),
    ("build a quiz", "unrecognized"),
    ("sell profile to data broker", "unrecognized"),
    ("train model", "unrecognized"),
    ("fraud scoring", "unrecognized"),
    ("sometimes", "unrecognized"),
]

# Near a known word, but another word: each would let in a purpose that nobody stated.
TRAPS = [
    *("", " ", "---", "🍕", "unrecognized", "general advice", "available products", "meets needs"),
    *("executive overview", "an executable", "automatically sell profile", "household composition"),
    *("composer biography", "context", "textile trade", "contents of the cart", "franking"),
    *("bookkeeping audit", "border control", "trunk", "sender reputation", "showcase"),
    *("ranch", "alertness", "displacement", "writer biography", "creative audience targeting"),
    *("timeout", "guild", "suite", "required", "runner profile", "baby boomer generations"),
    *("taskexecution", "email2", "x_textual", "appointment", "filter", "profile", "dashboard"),
    *("in order to train a model", "In Order, to sell profile", "in_order-to score"),
]

# By hand, a form or two of every family: the table cannot change without this one.
FORMS = {
    "recommendation": "recommends recommending recommender suggestion suggested rankings ranked "
    "shortlisting shortlist",
    "scheduling": "scheduled scheduler rescheduling calendar calendars meetings availability",
    "notification_delivery": "notify notifies notifying notifications alerts reminding reminder "
    "sends sent sending delivers delivery",
    "ui_rendering": "renders rendered rendering displays displaying ui layouts shows shown showing",
    "task_execution": "executes execution executing automate automated automation checkout "
    "workflows tasks ordering ordered books booking purchases purchasing bought buying reserved "
    "reservation running ran",
    "content_generation": "content emails drafts drafting replies replied writes wrote written "
    "composing composed articles text generates generated generating creating created creation",
}


class TestExamples:
    @pytest.mark.parametrize(("purpose", "expected"), EXAMPLES)
    def test_a_stated_purpose_has_its_class(self, purpose: str, expected: str) -> None:
        assert classify(purpose) == expected

    @pytest.mark.parametrize("purpose", TRAPS)
    def test_a_purpose_without_a_known_word_is_unrecognized(self, purpose: str) -> None:
        assert classify(purpose) is PurposeClass.UNRECOGNIZED
        assert matched_terms(purpose) == ()

    @pytest.mark.parametrize("expected", FORMS)
    def test_inflections_are_known(self, expected: str) -> None:
        for form in FORMS[expected].split():
            assert classify(f"{form} the rest") == expected
            assert matched_terms(f"{form} the rest") == (form,)


class TestNames:
    @pytest.mark.parametrize("name", PURPOSE_CLASSES)
    @pytest.mark.parametrize("spelled", ["{}", " {}. ", "<{}>"])
    def test_the_exact_name_of_a_class_is_that_class(
        self, name: PurposeClass, spelled: str
    ) -> None:
        for text in (name, name.upper(), name.replace("_", " "), name.replace("_", "-")):
            assert classify(spelled.format(text)) is name
            assert matched_terms(spelled.format(text)) == tuple(name.split("_"))

    def test_only_the_whole_text_is_a_name(self) -> None:
        assert classify("content generation for email reminders") == "notification_delivery"


class TestWords:
    @given(known_words, letters_and_digits, letters_and_digits)
    def test_a_word_inside_a_longer_word_does_not_classify(
        self, word: str, before: str, after: str
    ) -> None:
        longer = before + word + after
        assume(longer.casefold() not in KNOWN)
        assert classify(longer) is PurposeClass.UNRECOGNIZED

    @given(known_words, st.sampled_from(" \t\n.,;:!?-_/+()[]{}<>'\"@#*&…—·•🍕"))
    def test_whatever_is_no_letter_or_digit_parts_words(self, word: str, mark: str) -> None:
        for text in (f"x{mark}{word}", f"{word}{mark}9", f"x{mark}{word}{mark}x"):
            assert classify(text) is KNOWN[word]

    @given(known_words)
    def test_capitals_and_wide_letters_are_the_same_letters(self, word: str) -> None:
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in word)
        for text in (word.upper(), word.title(), wide, wide.upper()):
            assert classify(text) is KNOWN[word]
            assert matched_terms(text) == (word,)

    @given(st.text(max_size=60))
    def test_any_text_has_a_class(self, text: str) -> None:
        assert classify(text) in PurposeClass
        assert bool(matched_terms(text)) is (classify(text) is not PurposeClass.UNRECOGNIZED)


class TestLevels:
    @given(telling_words, st.lists(weak_words, max_size=4))
    def test_a_telling_word_beats_any_number_of_weak_ones(
        self, telling: str, weak: list[str]
    ) -> None:
        for words in ([telling, *weak], [*weak, telling]):
            text = " x ".join(words)
            assert classify(text) is KNOWN[telling]
            assert matched_terms(text) == (telling,)

    def test_matched_terms_stand_once_in_order_of_appearance(self) -> None:
        text = "Write a reply, then write an article and show it"
        assert matched_terms(text) == ("write", "reply", "article")


class TestConsequence:
    ORDER = (
        "task_execution",
        "notification_delivery",
        "scheduling",
        "recommendation",
        "ui_rendering",
        "content_generation",
    )
    TELLING = ("execute", "notify", "schedule", "recommend", "render", "write")
    WEAK = ("buy", "send", None, None, "show", "create")

    def test_the_order_names_every_class_once(self) -> None:
        assert CONSEQUENCE == self.ORDER
        assert set(CONSEQUENCE) == set(PURPOSE_CLASSES)

    @pytest.mark.parametrize("words", [TELLING, WEAK], ids=["telling", "weak"])
    def test_the_most_consequential_wins(self, words: tuple[str | None, ...]) -> None:
        ranked = [(name, word) for name, word in zip(self.ORDER, words, strict=True) if word]
        for (stronger, word), (_, other) in combinations(ranked, 2):
            assert classify(f"{word} {other}") == stronger
            assert matched_terms(f"{other} and {word}") == (word,)


class TestInOrderTo:
    @pytest.mark.parametrize(
        ("purpose", "expected"),
        [
            ("in order to show it", "ui_rendering"),
            ("send it in order to sell", "notification_delivery"),
            ("in order to order lunch", "task_execution"),
            ("order to go", "task_execution"),
            ("in order of price", "task_execution"),
            ("ship in order", "task_execution"),
        ],
    )
    def test_only_these_three_words_order_nothing(self, purpose: str, expected: str) -> None:
        assert classify(purpose) == expected


class TestTables:
    @pytest.mark.parametrize("level", [TELLING, WEAK], ids=["telling", "weak"])
    def test_no_word_stands_in_two_classes(self, level: dict[PurposeClass, frozenset[str]]) -> None:
        for one, other in combinations(level, 2):
            assert not level[one] & level[other]

    def test_no_word_is_both_telling_and_weak(self) -> None:
        assert not frozenset().union(*TELLING.values()) & frozenset().union(*WEAK.values())

    def test_every_word_can_be_met(self) -> None:
        for word, name in KNOWN.items():
            assert classify(f"x {word}") is name

    def test_words_name_only_real_classes(self) -> None:
        assert set(TELLING) == set(PURPOSE_CLASSES)
        assert set(WEAK) <= set(PURPOSE_CLASSES)
