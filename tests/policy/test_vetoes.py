"""What no purpose may be for, whatever else its text says."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.policy.classes import TELLING
from memory.policy.languages import VETOES, VETOES_WITHIN
from memory.policy.people import people_in
from memory.policy.purposes import PURPOSE_DOUBTED, PURPOSE_VETOED, holds_veto, understand
from memory.policy.vetoed_phrases import DOUBTS, PAIRS, PHRASES
from memory.policy.vetoed_words import WORDS
from memory.policy.vocabulary import PurposeClass

ALL_WORDS = sorted(word for words in WORDS.values() for word in words)
telling_words = st.sampled_from(sorted(word for words in TELLING.values() for word in words))

# By hand, some of every family: the tables cannot change without this one.
FAMILIES = {
    "advertising and marketing": "ads advertising marketing promotional campaign sponsored "
    "retargeting audience segments lookalike upsell affiliate churn",
    "sale and brokering": "sell sales resale broker vendor auction",
    "training and data sets": "dataset finetuning scraping annotation benchmark",
    "profiling and inference about people": "profiling infer prediction classify ethnicity",
    "scoring, credit, insurance and pricing": "score scoring credit insurance underwriting pricing "
    "fraud risk decision denial",
    "hiring, housing and performance": "hiring recruiter candidate employer hr tenant screening",
    "surveillance": "surveillance stalking monitoring heatmap whereabouts",
    "state and law": "police prosecutor government subpoena investigation immigration cia",
    "analytics and research": "analytics telemetry insights research mining moderation audit",
    "politics": "political voters election propaganda",
    "debt": "debt collector repossession dunning",
    "security and moderation": "suspicious abuse detection banned",
    "turning the gate itself": "override bypass jailbreak",
}


class TestWords:
    def test_every_family_has_its_words(self) -> None:
        assert set(FAMILIES) == set(WORDS)
        for family, words in FAMILIES.items():
            assert WORDS[family].issuperset(words.split())

    @pytest.mark.parametrize("word", ALL_WORDS)
    def test_each_denies_whatever_else_is_said(self, word: str) -> None:
        denied = understand(f"recommend books for {word}")
        assert denied.purpose_class is PurposeClass.UNRECOGNIZED
        assert denied.reason == PURPOSE_VETOED
        assert word in denied.refused

    def test_no_word_stands_in_two_families(self) -> None:
        for one, other in combinations(WORDS.values(), 2):
            assert not one & other

    def test_no_vetoed_word_names_a_class(self) -> None:
        for words in TELLING.values():
            assert not words & frozenset(ALL_WORDS)

    def test_a_word_inside_a_longer_word_vetoes_nothing(self) -> None:
        for text in (
            "shadow",
            "badge",
            "seller's",
            "adapt",
            "underscore",
            "scoreboard",
            "competition",
        ):
            assert set(holds_veto(text)) <= ({"seller", "sellers"} if text == "seller's" else set())

    def test_a_negated_veto_is_a_veto(self) -> None:
        assert holds_veto("recommend books, not for advertising") == ("advertising",)


class TestSpelledOtherwise:
    @pytest.mark.parametrize(
        ("text", "term"),
        [
            ("recommend products for ad\u200bvertising", "advertising"),
            ("rank items for ｃｒｅｄｉｔ", "credit"),
            ("recommend books, sElL them", "sell"),
            ("recommend books for ádvertísing", "advertising"),
            ("display 4dv3rt1s1ng", "advertising"),
            ("show cr3d1t", "credit"),
            ("recommend ad vertising", "advertising"),
            ("schedule sur*veil*lance", "surveillance"),
            ("recommend a d s", "ads"),
            ("execute tra1n1ng of m0del", "training + model"),
            ("recommendForAdTech", "ad"),
            ("notify the ᴘᴏʟɪᴄᴇ", "police"),
            ("recommend things to se\u0336ll", "sell"),
            ("recommend things to ѕеӏӏ", "sell"),
            ("recommend ʂell ƨell sɛll seɫɫ", "sell"),
            ("recommend sellerʼs stuff", "seller"),
            ("recommend books for ads24", "ads"),
            ("recommend books for campaign2024", "campaign"),
            ("recommend books for emailmarketing", "marketing"),
            ("recommend books to thirdparty", "third party"),
            ("recommend books SELLdata", "sell"),
            ("recommend books CRMcheck", "crm"),
            ("recommend se-ll", "sell"),
            ("recommend s'e'l'l", "sell"),
            ("recommend cre.dit", "credit"),
            ("recommend $ell", "sell"),
            ("recommend adverti$ing", "advertising"),
            ("recommend books for 🅢🅔🅛🅛", "sell"),
            ("rank uSers by value", "rank + users"),
            ("rank cust0mers by value", "rank + customers"),
            ("recommend 広 告", "広告"),
        ],
    )
    def test_it_is_found(self, text: str, term: str) -> None:
        assert understand(text).reason == PURPOSE_VETOED
        assert term in understand(text).refused

    @pytest.mark.parametrize(
        "text",
        [
            "sell d\u0430ta to brokers", "A, B, C, D: sell user data", "5\u200fm: sell it",
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_holds_one_all_the_same(self, text: str) -> None:
        assert "unreadable" in holds_veto(text)
        assert "sell" in holds_veto(text) or "\u200f" in text

    def test_words_that_meet_by_chance_are_none(self) -> None:
        assert holds_veto("the user's core values") == ()
        assert holds_veto("5 of 7") == ()


class TestPhrases:
    @pytest.mark.parametrize("phrase", sorted(PHRASES))
    def test_each_denies(self, phrase: str) -> None:
        assert phrase in holds_veto(f"recommend books: {phrase.upper()}, and more")

    def test_only_in_a_row(self) -> None:
        assert holds_veto("a third of the party") == ()


class TestPairs:
    @pytest.mark.parametrize(
        "text",
        [
            "train model", "train a recommendation model", "run training job", "training data",
            "model training", "label data", "build a profile of them", "compile user profile",
            "share the user's profile", "collect usage data", "track the user", "user tracking",
            "location tracking", "email open tracking", "raise her premium", "loan approval",
            "hire staff", "moderate the comments",
        ],
    )  # fmt: skip
    def test_both_words_deny(self, text: str) -> None:
        assert holds_veto(text)

    @pytest.mark.parametrize(
        "text",
        [
            "training plans for a marathon", "book a training session", "training reminder",
            "parcel tracking notification", "suggest running tracks nearby", "model railway",
            "display user profile", "rewrite my profile text", "share the recipe",
            "display loan calculator in large font", "increase text size",
            "model trains for beginners", "create a profile picture", "recommend an ad hoc meal",
            "remind me in 1 hr", "ricette senza sale", "recommend children's books",
        ],
    )  # fmt: skip
    def test_each_word_alone_does_not(self, text: str) -> None:
        assert holds_veto(text) == ()

    def test_no_pair_is_of_words_that_are_vetoed_anyway(self) -> None:
        for pair in PAIRS:
            assert pair.between > 0
            assert not (pair.these | pair.those) & frozenset(ALL_WORDS)


class TestOtherLanguages:
    @pytest.mark.parametrize("language", sorted(VETOES))
    def test_each_word_denies_the_declared_form_too(self, language: str) -> None:
        for word in VETOES[language]:
            assert understand(f"recommendation: {word}").purpose_class is PurposeClass.UNRECOGNIZED

    @pytest.mark.parametrize("language", sorted(VETOES_WITHIN))
    def test_without_blanks_they_are_found_anywhere(self, language: str) -> None:
        for part in VETOES_WITHIN[language]:
            assert part in holds_veto(f"何{part}何")

    @pytest.mark.parametrize(
        "text",
        [
            "scheduling: 이번 주 일정부터 정리", "scheduling: 办公安排", "scheduling: 研究室の予定",
            "content_generation: 画像を作成", "content_generation: クイズの不正解",
            "ui_rendering: 도서관 대출",
            "recommendation: juguetes para cuatro personas", "recommendation: ricette senza sale",
            "ui_rendering: taille du texte", "scheduling: Termin bei der Behörde",
            "task_execution: Kündigung fürs Fitnessstudio", "recommendation: quà cho bạn bè",
        ],
    )  # fmt: skip
    def test_harmless_words_that_hold_or_look_like_one_are_none(self, text: str) -> None:
        assert understand(text).reason is None

    def test_accents_make_no_difference(self) -> None:
        assert holds_veto("Bonität prüfen") == holds_veto("BONITAT prüfen") == ("bonitat",)


class TestDoubts:
    @given(st.sampled_from(sorted(DOUBTS)), telling_words)
    def test_free_text_cannot_stand_beside_them(self, doubt: str, word: str) -> None:
        denied = understand(f"{word} x {doubt}")
        assert denied.purpose_class is PurposeClass.UNRECOGNIZED
        if denied.reason == PURPOSE_DOUBTED:
            assert doubt in denied.refused

    @given(st.sampled_from(sorted(DOUBTS)))
    def test_a_declared_purpose_may_hold_them(self, doubt: str) -> None:
        assert understand(f"ui_rendering: {doubt}").purpose_class is PurposeClass.UI_RENDERING

    def test_no_doubt_is_a_veto(self) -> None:
        assert not DOUBTS & frozenset(ALL_WORDS)


class TestPeople:
    @pytest.mark.parametrize(
        "text",
        [
            "rank customers by value", "shortlist the best tenants", "display the list of users",
            "select people", "recommend students", "customer ranking", "staff selection",
            "rankEmployeesForLayoffs", "show me all the visitors",
        ],
    )  # fmt: skip
    def test_as_the_object_they_deny(self, text: str) -> None:
        assert understand(text).reason == PURPOSE_VETOED
        assert understand(text).refused

    @pytest.mark.parametrize(
        "text",
        [
            "rank results for customers", "recommend books to students", "notify the users",
            "display user music preferences", "suggest a restaurant near other visitors",
            "recommend books by women", "display it to guests",
        ],
    )  # fmt: skip
    def test_for_them_it_may_be(self, text: str) -> None:
        assert people_in([text.split()]) == ()

    def test_the_verb_and_the_people_are_named(self) -> None:
        assert people_in([["rank", "the", "customers"]]) == ("rank + customers",)
