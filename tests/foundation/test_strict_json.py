"""JSON that every reader reads alike, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import strict_json
from foundation.strict_json import AmbiguousJson, NotJson

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
