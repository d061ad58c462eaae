"""Who sends no JSON hears where it goes wrong, and nothing of what they sent."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import strict_json
from tests.doors import Api
from tests.memory.answers import assert_refused

CAFE = '{"user_id": "café"}'
NOT_JSON = "Request body is not valid JSON"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "It is empty: send one JSON object"),
        (b" \r\n\t", "It is empty: send one JSON object"),
        (b'{"a": 1,\n "b" 2}', 'Line 2, column 6 (character 15): expected ":" after the key'),
        (b'{"a": 1\n "b": 2}', "Line 2, column 2 (character 10): expected"),
        (b"{'a': 1}", "Line 1, column 2 (character 2): expected a key in double quotes"),
        (b'{"a": }', "Line 1, column 7 (character 7): expected a value"),
        (b'{"a": 1', "Line 1, column 8 (character 8): expected"),
        (b'{"a": 1', "but it ends here"),
        (b'{"a": "b', "Line 1, column 7 (character 7): a text begins here and does not end"),
        (b'{"a": "b\nc"}', "Line 1, column 9 (character 9): control characters"),
        (b'{"a": "\\x"}', "Line 1, column 8 (character 8): a backslash"),
        ('{"é": 1} x'.encode(), "Line 1, column 10 (character 10): the JSON has ended here"),
        (b'{"a": NaN}', "JSON has no NaN"),
        (b'{"a": -Infinity}', "JSON has no -Infinity"),
        (CAFE.encode("utf-8-sig"), "It begins with a byte order mark of UTF-8"),
        (CAFE.encode("utf-16"), "It begins with a byte order mark of UTF-16"),
        (CAFE.encode("utf-32"), "It begins with a byte order mark of UTF-32"),
        (CAFE.encode("utf-16-le"), "It looks like UTF-16 or UTF-32: send UTF-8"),
        (b"{}".decode().encode("utf-16-be"), "It looks like UTF-16 or UTF-32: send UTF-8"),
        (CAFE.encode("latin-1"), "Byte 17 is not UTF-8"),
    ],
)
def test_the_place_is_told(body: bytes, told: str) -> None:
    with pytest.raises(strict_json.NotJson) as caught:
        strict_json.loads(body)
    assert told in str(caught.value)


@given(st.text(st.sampled_from('{}[]":,\\\n canary')))
def test_nothing_of_the_body_is_told(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - either of the reader's own
        strict_json.loads(f'{{"canary": "canary", "canary": {text}'.encode())
    assert "canary" not in str(caught.value)


@pytest.mark.django_db
class TestTheAnswer:
    @pytest.mark.parametrize(
        ("body", "told"),
        [
            ("[]", "It is an array: send one JSON object"),
            ('"x"', "It is a string: send one JSON object"),
            ("1.5", "It is a number: send one JSON object"),
            ("true", "It is a boolean: send one JSON object"),
            ("null", "It is null: send one JSON object"),
            (json.dumps({"a": 1})[:-1], "Line 1, column 8 (character 8)"),
        ],
    )
    def test_it_says_so_in_its_hint(self, api: Api, body: str, told: str) -> None:
        refused = assert_refused(api.post("/memory", body), 400, "malformed_json", NOT_JSON)
        assert told in refused["hint"]
