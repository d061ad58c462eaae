"""Which words a text has, however it is spelled, and which texts are not read at all."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.policy.characters import without_invisible
from memory.policy.words import Unreadable, fold, seen, words_of

INVISIBLE = ["\u200b", "\u00ad", "\u2060", "\ufeff", "\ufe0f", "\U000e0041", "\u034f", "\u3164"]
TURNS = ["\u202e", "\u202a", "\u2066", "\u2069", "\u200f", "\u061c"]


class TestSplitting:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Recommend books", "recommend books"),
            ("task_execution", "task execution"),
            ("auto-order lunch!", "auto order lunch"),
            ("ProvideEventRecommendations", "provide event recommendations"),
            ("HTTPServer", "http server"),
            ("find_ABTest", "find ab test"),
            ("email2", "email2"),
            ("gpt4Answers", "gpt4 answers"),
            ("ＲＥＣＯＭＭＥＮＤ　ｂｏｏｋｓ", "recommend books"),
            ("Générer une réponse", "generer une reponse"),
            ("ÜberÄnderung", "uber anderung"),
            ("Straße", "strasse"),
            ("бронироватьСтолик", "бронировать столик"),
            ("レストランのおすすめ", "レストランのおすすめ"),
            ("", ""),
            ("🍕 …", ""),
        ],
    )
    def test_at_signs_and_humps(self, text: str, words: str) -> None:
        assert words_of(text).parted == words.split()

    def test_the_same_without_humps_is_kept(self) -> None:
        assert words_of("recommend sElL").plain == ["recommend", "sell"]
        assert words_of("recommend sElL").parted == ["recommend", "s", "el", "l"]

    @given(st.text(max_size=40))
    def test_any_text_has_words_or_is_unreadable(self, text: str) -> None:
        with suppress(Unreadable):
            words = words_of(text)
            assert all(words.parted)
            assert "".join(words.parted) == "".join(words.plain)

    @given(st.text(max_size=20))
    def test_folding_is_done_once(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


class TestInvisible:
    @pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
    def test_what_draws_nothing_parts_no_word(self, character: str) -> None:
        assert words_of(f"re{character}commend{character} books").parted == ["recommend", "books"]

    def test_every_format_of_unicode_but_drawn_signs_is_dropped(self) -> None:
        formats = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
        assert len(formats) > 100
        left = without_invisible(f"a{''.join(formats)}b")[1:-1]
        assert {unicodedata.name(one).split()[0] for one in left} == {"ARABIC", "SYRIAC", "KAITHI"}
        assert len(left) < 15

    def test_what_is_seen_stays(self) -> None:
        text = "naïve façade 東京 عربي हिन्दी 한국어 🍕"
        assert without_invisible(text) == text
        assert seen(text) == text


class TestUnreadable:
    @pytest.mark.parametrize("turn", TURNS, ids=ascii)
    def test_a_turned_text(self, turn: str) -> None:
        with pytest.raises(Unreadable, match="direction"):
            words_of(f"display profile to {turn}rekorb")

    @pytest.mark.parametrize("word", ["trаining", "αdvertising", "ѕell", "sеll", "pοlice"])
    def test_a_word_of_two_alphabets(self, word: str) -> None:
        assert not word.isascii()
        with pytest.raises(Unreadable, match="two alphabets"):
            words_of(f"recommend {word}")

    @pytest.mark.parametrize(
        "text",
        ["GPTの回答", "Eメールの下書き", "почта и email", "µ-law", "naïve", "Œuvre"],
    )
    def test_words_that_people_write_are_read(self, text: str) -> None:
        assert words_of(text).parted

    @pytest.mark.parametrize("text", ["s e l l", "s.e.l.l data", "recommend a-d-s-x", "ѕ_е_l_l"])
    def test_four_single_letters_in_a_row(self, text: str) -> None:
        with pytest.raises(Unreadable, match="single letters"):
            words_of(text)

    @pytest.mark.parametrize(
        "text", ["a b c", "plan b or c", "1 2 3 4 5", "推 荐 书 籍", "il n y a rien"]
    )
    def test_fewer_are_read_and_so_are_digits(self, text: str) -> None:
        assert words_of(text).parted == text.split()

    def test_letters_with_apostrophes_do_not_stand_alone(self) -> None:
        assert words_of("il n'y a d'autres").parted == ["il", "n", "y", "a", "d", "autres"]
