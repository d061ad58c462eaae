"""From a purpose in free text to one class, or to why there is none."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memory.policy.classes import CONSEQUENCE, NEEDS, TELLING, WEAK
from memory.policy.purposes import (
    PURPOSE_UNREADABLE,
    PURPOSE_UNRECOGNIZED,
    classify,
    understand,
)
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass

KNOWN = {word: name for level in (TELLING, WEAK) for name, words in level.items() for word in words}
NEEDY = {word for words, _ in NEEDS for word in words}
FREE = {word: name for word, name in KNOWN.items() if word not in NEEDY}
known_words = st.sampled_from(sorted(FREE))
telling_words = st.sampled_from(sorted(word for words in TELLING.values() for word in words))
weak_words = st.sampled_from(sorted(word for words in WEAK.values() for word in words))
letters_and_digits = st.text("abcdefghijklmnopqrstuvwxyz0123456789éß", max_size=5)
INVISIBLE = "\u200b\u00ad\u2060\ufeff\ufe0f\u034f\u115f"

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
    ("ProvideEventRecommendations", "recommendation"),
    ("user interface personalisation", "ui_rendering"),
    ("answer_user_question", "content_generation"),
    ("pay the electricity bill", "task_execution"),
    ("write an e-mail", "content_generation"),
    ("build a quiz", "unrecognized"),
    ("sell profile to data broker", "unrecognized"),
    ("train model", "unrecognized"),
    ("fraud scoring", "unrecognized"),
    ("sometimes", "unrecognized"),
]

# Near a known word, but another word: each would let in a purpose that nobody stated.
TRAPS = [
    *("", " ", "---", "🍕", "unrecognized", "general advice", "available products", "meets needs"),
    *("executive overview", "an executable", "automatically chosen", "household composition"),
    *("composer biography", "context", "textile trade", "contents of the cart", "franking"),
    *("bookkeeping", "border colours", "trunk", "sender reputation", "showcase"),
    *("ranch", "alertness", "displacement", "writer biography", "creative writers"),
    *("timeout", "guild", "suite", "required", "runner profile", "baby boomer generations"),
    *("taskexecution", "email2", "x_textual", "appointment", "filter", "profile", "dashboard"),
    *("in order to go", "In Order, to come", "in_order-to leave"),
    # A known word that does not count where it stands.
    *("order status updates", "purchase history", "booking confirmation", "past orders"),
    *("text size", "meeting notes", "email address", "bus schedules", "display name"),
    *("create a table", "generate ideas", "send money", "deliver groceries", "content strategist"),
    *("find a home to rent or buy", "pay attention", "answer the door"),
    # A negated one.
    *("do not recommend peanuts", "never notify at night", "without notifying anybody"),
    *("instead of recommending", "not content generation", "don't suggest that", "no alerts"),
]

# By hand, a form or two of every family: the table cannot change without this one.
FORMS = {
    "recommendation": "recommends recommending recommender suggestion suggested rankings ranked "
    "shortlisting shortlist curated",
    "scheduling": "scheduled scheduler rescheduling calendar calendars meetings availability",
    "notification_delivery": "notify notifies notifying notifications alerts reminding reminder",
    "ui_rendering": "renders rendered rendering displays displaying ui layouts shows shown showing",
    "task_execution": "executes execution executing automate automated automation checkout "
    "workflows tasks ordering ordered books booking purchases purchasing bought buying reserved "
    "reservation running ran",
    "content_generation": "emails drafts drafting replies replied writes wrote written composing "
    "composed articles text summarise translating paraphrase",
}
# What counts only beside another word, and that word.
BESIDE = {
    "notification_delivery": ("sends sent sending delivers delivery", "the message"),
    "content_generation": (
        "generates generated generating creating created creation",
        "a story",
    ),
}


class TestExamples:
    @pytest.mark.parametrize(("purpose", "expected"), EXAMPLES)
    def test_a_stated_purpose_has_its_class(self, purpose: str, expected: str) -> None:
        assert understand(purpose).purpose_class == expected

    @pytest.mark.parametrize("purpose", TRAPS)
    def test_a_purpose_without_a_word_that_counts_is_unrecognized(self, purpose: str) -> None:
        told = understand(purpose)
        assert told.purpose_class is PurposeClass.UNRECOGNIZED
        assert (told.reason, told.matched) == (PURPOSE_UNRECOGNIZED, ())

    @pytest.mark.parametrize("expected", FORMS)
    def test_inflections_are_known(self, expected: str) -> None:
        for form in FORMS[expected].split():
            assert classify(f"{form} the rest") == expected
            assert understand(f"{form} the rest").matched == (form,)

    @pytest.mark.parametrize("expected", BESIDE)
    def test_some_count_only_beside_what_is_made_or_sent(self, expected: str) -> None:
        forms, needed = BESIDE[expected]
        for form in forms.split():
            assert understand(f"{form} {needed}").purpose_class == expected
            assert understand(f"{form} something").reason == PURPOSE_UNRECOGNIZED

    @pytest.mark.parametrize(
        ("purpose", "expected"),
        [
            ("in order to show it", "ui_rendering"),
            ("send it in order to message", "notification_delivery"),
            ("in order to order lunch", "task_execution"),
            ("order to go", "task_execution"),
            ("in order of price", "task_execution"),
        ],
    )
    def test_only_in_order_to_orders_nothing(self, purpose: str, expected: str) -> None:
        assert understand(purpose).purpose_class == expected


class TestWords:
    @given(known_words, letters_and_digits, letters_and_digits)
    def test_a_word_inside_a_longer_word_does_not_classify(
        self, word: str, before: str, after: str
    ) -> None:
        longer = before + word + after
        folded = longer.replace("é", "e").replace("ß", "ss")
        assume(folded not in KNOWN)
        assert understand(longer).purpose_class is PurposeClass.UNRECOGNIZED

    @given(known_words, st.sampled_from(" \t\n.,;!?-_/+()[]{}<>'\"@#*&…—·•🍕"))
    def test_whatever_is_no_letter_or_digit_parts_words(self, word: str, mark: str) -> None:
        for text in (f"xx{mark}{word}", f"{word}{mark}9", f"xx{mark}{word}{mark}xx"):
            assert understand(text).purpose_class is FREE[word]

    @given(known_words, st.sampled_from(INVISIBLE), st.integers(0, 20))
    def test_what_cannot_be_seen_never_changes_a_class(
        self, word: str, invisible: str, at: int
    ) -> None:
        hidden = word[:at] + invisible + word[at:]
        assert understand(f"xx {hidden}") == understand(f"xx {word}")

    @given(known_words)
    def test_capitals_and_wide_letters_are_the_same_letters(self, word: str) -> None:
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in word)
        for text in (word.upper(), word.title(), wide, wide.upper()):
            told = understand(text)
            assert (told.purpose_class, told.matched) == (FREE[word], (word,))

    @given(st.text(max_size=60))
    def test_any_text_has_a_class_or_a_reason(self, text: str) -> None:
        told = understand(text)
        assert (told.purpose_class is PurposeClass.UNRECOGNIZED) is (told.reason is not None)
        assert bool(told.matched) is (told.reason is None)

    def test_what_cannot_be_read_is_denied(self) -> None:
        for text in ("display profile to \u202erekorb", "recommend trаining", "recommend s e l l"):
            assert understand(text).reason == PURPOSE_UNREADABLE


class TestLevels:
    @given(telling_words, st.lists(weak_words, max_size=4))
    def test_a_telling_word_beats_any_number_of_weak_ones(
        self, telling: str, weak: list[str]
    ) -> None:
        for words in ([telling, *weak], [*weak, telling]):
            told = understand(" xx ".join(words))
            assert (told.purpose_class, told.matched) == (KNOWN[telling], (telling,))

    def test_matched_terms_stand_once_in_order_of_appearance(self) -> None:
        text = "Write a reply, then write an article and show it"
        assert understand(text).matched == ("write", "reply", "article")

    @pytest.mark.parametrize(
        "purpose",
        [
            "book the flight and remind the user",
            "order dinner and remind me when it arrives",
            "suggest a restaurant and book it",
            "please reserve a table, then write the card",
        ],
    )
    def test_what_is_done_is_told_by_the_verb_of_a_clause(self, purpose: str) -> None:
        assert understand(purpose).purpose_class == "task_execution"

    @pytest.mark.parametrize("purpose", ["book recommendations and ratings", "order reminders"])
    def test_a_mere_object_does_nothing(self, purpose: str) -> None:
        assert understand(purpose).purpose_class != "task_execution"


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
    WEAK = ("task", "send", None, None, "show", "translate")

    def test_the_order_names_every_class_once(self) -> None:
        assert CONSEQUENCE == self.ORDER
        assert set(CONSEQUENCE) == set(PURPOSE_CLASSES)

    @pytest.mark.parametrize("words", [TELLING, WEAK], ids=["telling", "weak"])
    def test_the_most_consequential_wins(self, words: tuple[str | None, ...]) -> None:
        told = [(name, word) for name, word in zip(self.ORDER, words, strict=True) if word]
        for at, (name, word) in enumerate(told):
            text = " xx ".join(word for _, word in told[at:]) + " message"
            assert understand(text).purpose_class == name
            assert understand(text).matched == (word,)
