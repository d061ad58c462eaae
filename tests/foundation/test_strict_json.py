"""JSON that every reader reads alike, and nothing else."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import strict_json
from foundation.strict_json import AlteredNumber, AmbiguousJson, NotJson

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


class TestReading:
    @given(json_values)
    def test_what_is_written_as_json_is_read_back(self, value: object) -> None:
        assert strict_json.loads(json.dumps(value).encode()) == value

    @pytest.mark.parametrize(
        "body", [b"", b" ", b"{", b"[1,]", b"{'a': 1}", b"NaN", b"[Infinity]", b"\xff", b"1 2"]
    )
    def test_what_is_no_json_is_refused_as_such(self, body: bytes) -> None:
        with pytest.raises(NotJson):
            strict_json.loads(body)

    def test_a_byte_order_mark_and_other_encodings_are_no_json(self) -> None:
        for encoding in ("utf-8-sig", "utf-16", "utf-32"):
            with pytest.raises(NotJson):
                strict_json.loads('{"a": 1}'.encode(encoding))

    @pytest.mark.parametrize(
        "body",
        [
            b'{"a": 1, "a": 1}',
            b'{"x": [{"a": 1, "\\u0061": 2}]}',
            b"9" * 5000,
            b"[" * 60_000,
            b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        ],
        ids=["twice", "twice, escaped", "digits", "unclosed depth", "closed depth"],
    )
    def test_what_readers_disagree_on_is_refused(self, body: bytes) -> None:
        with pytest.raises(AmbiguousJson):
            strict_json.loads(body)


class TestNumbers:
    @pytest.mark.parametrize(
        "text",
        [
            *("0.1", "-0.0", "1.50", "1e2", "1E+2", "1e-2", "20.00", "0.30000000000000004"),
            *("123456789012.345", "9007199254740992.0", "5e-324", "1.7976931348623157e308"),
            *("1e22", "100000.000000000000000", "1.0e0", "0e999", "0.0000000000000000000001"),
        ],
    )
    def test_what_a_double_holds_as_it_was_said_is_a_float(self, text: str) -> None:
        number = strict_json.loads(text.encode())
        assert type(number) is float
        assert Decimal(repr(number)) == Decimal(text)

    @pytest.mark.parametrize(
        "text",
        [
            *("9007199254740993.0", "-9007199254740993.0", "12345678901234567.89", "1e-400"),
            *(
                "1e400",
                "-1e400",
                "1.0000000000000000001",
                "4.9e-324",
                "2e-324",
                "9007199254740993e0",
            ),
            *(
                "0.1000000000000000055511151231257827",
                "1e99999999999999999999",
                "123456789.123456789",
            ),
            "0." + "1" * 60_000,
            "1" * 5000 + ".5",
            "1e-" + "9" * 60_000,
        ],
        ids=lambda text: text[:40],
    )
    def test_what_it_would_change_is_told_apart(self, text: str) -> None:
        assert type(strict_json.loads(text.encode())) is AlteredNumber

    @given(st.decimals(allow_nan=False, allow_infinity=False))
    def test_it_never_is_changed_in_silence(self, said: Decimal) -> None:
        number = strict_json.loads(f"{said:E}".encode())
        if type(number) is float:
            assert Decimal(repr(number)) == said
        else:
            assert Decimal(repr(float(number))) != said
