"""The format of keys, held against values worked out by hand."""

from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys import tokens

KEY = "sk_test_00000000000000000000000000000000" + "127lYz"


class TestFormat:
    @pytest.mark.parametrize("environment", ["test", "live"])
    def test_a_key_has_the_published_pattern(self, environment: str) -> None:
        key = tokens.new_key(environment)
        assert re.fullmatch(r"sk_(test|live)_[0-9A-Za-z]{38}", key)
        assert key.startswith(f"sk_{environment}_")
        assert tokens.environment_of(key) == environment

    def test_the_checksum_is_crc_32_in_base_62_padded_with_zeros(self) -> None:
        stem = KEY[:-6]
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        number = 0
        for character in tokens.checksum(stem):
            number = number * 62 + digits.index(character)
        assert number == zlib.crc32(stem.encode())
        assert tokens.checksum("") == "000000"  # the CRC-32 of nothing is 0

    def test_a_key_that_was_shipped_stays_a_key(self) -> None:
        assert tokens.environment_of(KEY) == "test"

    def test_two_keys_differ(self) -> None:
        assert len({tokens.new_key("test") for _ in range(1000)}) == 1000

    def test_there_is_no_third_environment(self) -> None:
        with pytest.raises(ValueError, match="no environment 'prod'"):
            tokens.new_key("prod")


class TestRefusal:
    @given(st.integers(0, 45), st.sampled_from(tokens.ALPHABET))
    def test_one_wrong_character_is_noticed(self, index: int, character: str) -> None:
        key = tokens.new_key("live")
        changed = key[:index] + character + key[index + 1 :]
        assert (tokens.environment_of(changed) is None) == (changed != key)

    @pytest.mark.parametrize(
        "text", ["", "sk_test_", "Bearer x", " ", "sk_prod_" + "0" * 38, "sk_test_" + "é" * 38]
    )
    def test_other_text_is_no_key(self, text: str) -> None:
        assert tokens.environment_of(text) is None

    def test_white_space_around_a_key_is_no_key(self) -> None:
        key = tokens.new_key("test")
        assert tokens.environment_of(key + "\n") is None
        assert tokens.environment_of(" " + key) is None


class TestStorage:
    def test_only_a_digest_and_its_last_four_are_made_of_it(self) -> None:
        key = tokens.new_key("test")
        assert len(tokens.digest(key)) == 32
        assert tokens.last_four(key) == key[-4:]
