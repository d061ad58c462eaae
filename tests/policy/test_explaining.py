"""Why a purpose is understood as it is: what is marked decided, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.policy.classes import TELLING, WEAK
from memory.policy.explaining import Explained, explain
from memory.policy.purposes import PURPOSE_UNREADABLE, Way, understand
from memory.policy.registry import (
    NO_REGISTRY,
    PurposeState,
    RegisteredPurpose,
    Registry,
    Takes,
)
from memory.policy.telling import Heard, Why
from memory.policy.vetoed_words import WORDS
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass
from tests.policy.labelled_purposes import labelled
from tests.strategies import any_text

GIFTS = RegisteredPurpose(
    "gift_finder", 3, PurposeClass.RECOMMENDATION, None, frozenset({"test"}), PurposeState.APPROVED
)
words = st.sampled_from(
    sorted(
        {
            *(word for level in (TELLING, WEAK) for one in level.values() for word in one),
            *(word for family in WORDS.values() for word in sorted(family)[::7]),
            *("not", "instead of", "in order to", "status", "user interface", "customers", "for"),
            *("recommendation:", "ui_rendering:", "HTTPServer", "e-mail", "ｓｅｎｄ", "tráck", "…"),
        }
    )
)
texts = st.one_of(any_text, st.lists(words, max_size=8).map(" ".join), st.lists(words).map("".join))


def registry(takes: Takes = Takes.ANY) -> Registry:
    return Registry(takes, {GIFTS.id: GIFTS}, environment="test", version="1")


def marked(purpose: str, of: Registry = NO_REGISTRY) -> str:
    """Return the purpose with what is marked in brackets."""
    pieces = explain(purpose, of).pieces
    return "".join(f"[{one.text}]" if one.is_marked else one.text for one in pieces)


def by_word(found: tuple[Heard, ...]) -> dict[str, Why | None]:
    return {one.word: one.passed_over and one.passed_over.why for one in found}


class TestMarks:
    @pytest.mark.parametrize(
        "expected",
        [
            "[order] lunch for tomorrow",
            "[recommend] restaurants",
            "send e-mail [reminders]",
            "read an [e-mail] aloud",
            "[user interface] for the mobile app",
            "[Recommend]Food",
            "[ÉmailDraft]",
            "an [Alert]!",
            "[sell] the profile to a data [broker]",
            "[track] our [customers] and recommend",
            "[tráck] [custömers] by value",
            "[ad vertising]",
            "[m4rketing] and more",
            "[emailmarketing]",
            "[マーケティング]",
            "[recommendation]: gift ideas",
            "[Task  Execution]: lunch",
            "[task_execution]",
            "[Notification delivery]",
            "gift for my sister",
            "order history status",
            "s e l l x",
        ],
    )
    def test_what_decided_is_marked(self, expected: str) -> None:
        assert marked(expected.replace("[", "").replace("]", "")) == expected

    def test_what_a_declared_purpose_says_besides_is_marked_where_it_disagrees(self) -> None:
        assert marked("recommendation: schedule a meeting") == (
            "recommendation: [schedule] a [meeting]"
        )

    def test_a_registered_purpose_decides_as_a_whole(self) -> None:
        assert marked("Gift finder", registry()) == "[Gift finder]"
        assert explain("gift-finder", registry()).understood.way is Way.REGISTERED

    def test_where_free_text_is_not_taken_no_word_decides(self) -> None:
        explained = explain("recommend books", registry(Takes.REGISTERED))
        assert (explained.told, explained.passed_over) == ((), ())
        assert not any(one.is_marked for one in explained.pieces)


class TestWords:
    def test_the_words_that_named_the_class(self) -> None:
        explained = explain("write an email, then another email", NO_REGISTRY)
        assert [one.word for one in explained.told] == ["write", "email"]
        assert {one.purpose_class for one in explained.told} == {PurposeClass.CONTENT_GENERATION}
        again = explain("rank, recommend and rank", NO_REGISTRY)
        assert tuple(one.word for one in again.told) == again.understood.matched

    def test_a_weak_word_says_that_it_is(self) -> None:
        (one,) = explain("order lunch", NO_REGISTRY).told
        assert (one.word, one.is_telling) == ("order", False)
        (one,) = explain("recommend lunch", NO_REGISTRY).told
        assert (one.word, one.is_telling) == ("recommend", True)

    @pytest.mark.parametrize(
        ("purpose", "passed_over"),
        [
            ("order history suggestions", {"order": Why.BEFORE}),
            ("suggest from past orders", {"orders": Why.AFTER}),
            ("in order to recommend", {"order": Why.IN_ORDER_TO}),
            ("find a home to buy", {"buy": Why.SOUGHT}),
            ("never send a message", {"send": Why.NEGATED}),
            ("send flowers", {"send": Why.ALONE}),
            ("recommend books to read and show them", {"show": Why.WEAK, "books": Why.WEAK}),
            ("recommend and notify", {"recommend": Why.LESS_CONSEQUENTIAL}),
        ],
    )
    def test_those_that_do_not_decide_say_why(
        self, purpose: str, passed_over: dict[str, Why]
    ) -> None:
        assert by_word(explain(purpose, NO_REGISTRY).passed_over) == passed_over

    def test_what_a_word_needs_or_must_not_have_is_named(self) -> None:
        (one,) = explain("order history suggestions", NO_REGISTRY).passed_over
        assert one.passed_over is not None
        assert one.passed_over.beside == ("history",)
        (one,) = explain("send flowers", NO_REGISTRY).passed_over
        assert one.passed_over is not None
        assert "message" in one.passed_over.beside

    def test_what_nobody_can_read_says_so(self) -> None:
        assert explain("s e l l x", NO_REGISTRY).unreadable == (
            "Four or more single letters stand in a row."
        )
        assert explain("recommend", NO_REGISTRY).unreadable == ""


def assert_explained(purpose: str, of: Registry) -> Explained:
    """Check what holds of every explanation, and return it."""
    explained = explain(purpose, of)
    understood = explained.understood
    assert understood == understand(purpose, of)
    assert "".join(one.text for one in explained.pieces) == purpose
    assert all(one.text for one in explained.pieces)
    assert bool(explained.unreadable) is (understood.reason == PURPOSE_UNREADABLE)
    assert (understood.way is None) is (understood.reason is not None)
    if understood.way is Way.WORDED:
        assert tuple(one.word for one in explained.told) == understood.matched
        assert {one.purpose_class for one in explained.told} == {understood.purpose_class}
        assert any(one.is_marked for one in explained.pieces)
    else:
        assert explained.told == ()
    assert all(one.passed_over for one in explained.passed_over)
    return explained


class TestEveryPurpose:
    def test_labelled_ones(self) -> None:
        for one in labelled():
            explained = assert_explained(one.text, NO_REGISTRY)
            if explained.understood.refused or explained.understood.way:
                assert any(piece.is_marked for piece in explained.pieces), one.text

    @given(purpose=texts, takes=st.sampled_from(Takes), is_registered=st.booleans())
    def test_any_text(self, purpose: str, takes: Takes, is_registered: bool) -> None:
        assert_explained(purpose, registry(takes) if is_registered else NO_REGISTRY)

    @given(one=st.sampled_from(PURPOSE_CLASSES), rest=texts)
    def test_any_declared_one(self, one: PurposeClass, rest: str) -> None:
        assert_explained(f"{one}: {rest}", NO_REGISTRY)
