"""Bodies in chunks, in whatever pieces they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.serving.bodies import KeptBody
from config.serving.chunks import LONGEST_LINE, LONGEST_TRAILER, BadChunk, Chunks

KEPT = 100
NEXT = b"GET /policy HTTP/1.1\r\n"


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut the data after each of these numbers of bytes, as a network might."""
    result = []
    for cut in cuts:
        result.append(data[:cut])
        data = data[cut:]
    return [*result, data]


def take(data: bytes, cuts: list[int]) -> tuple[Chunks, bytearray, bool]:
    chunks, buffer, whole = Chunks(KeptBody(KEPT - 1)), bytearray(), False
    for piece in pieces(data, cuts):
        buffer += piece
        whole = whole or chunks.take_from(buffer)
    return chunks, buffer, whole


@given(
    parts=st.lists(st.binary(min_size=1, max_size=60), max_size=5),
    extension=st.sampled_from([b"", b";a=b", b' ; a="b"']),
    trailer=st.sampled_from([b"", b"X-Sum: 1\r\n", b"A: b\r\nC: d\r\n"]),
    cuts=st.lists(st.integers(0, 30), max_size=20),
)
def test_the_body_is_what_its_chunks_say(
    parts: list[bytes], extension: bytes, trailer: bytes, cuts: list[int]
) -> None:
    sent = b"".join(b"%X%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
    chunks, buffer, whole = take(sent + b"0\r\n" + trailer + b"\r\n" + NEXT, cuts)
    assert whole
    assert chunks._body.to_be_read().read() == b"".join(parts)[:KEPT]
    assert chunks.size == sum(map(len, parts))
    assert buffer == NEXT


@pytest.mark.parametrize(
    "sent", [b"", b"5", b"5\r\nab", b"5\r\nabcde", b"5\r\nabcde\r\n", b"0\r\n", b"0\r\nA: b\r\n"]
)
def test_what_has_not_come_is_waited_for(sent: bytes) -> None:
    assert not take(sent, [])[2]


@pytest.mark.parametrize(
    "sent",
    [
        b"zz\r\n",
        b"\r\n",
        b"-1\r\n",
        b" 5\r\n",
        b"5 \r\n",
        b"0x5\r\n",
        b"5\nabcde\r\n",
        b"5\r\nabcdefg",
        b"1" * 16 + b"\r\n",
        b"5" * (LONGEST_LINE + 1),
        b"5;" + b"a" * LONGEST_LINE + b"\r\n",
        b"0\r\n" + b"a" * (LONGEST_TRAILER + 1),
        b"0\r\n\nGET /policy HTTP/1.1\r\n\r\n",
        b"0\r\nA: b\n\nGET /policy HTTP/1.1\r\nHost: a\r\n\r\n",
        b"0\r\nA: b\r\rC: d\r\n\r\n",
        b"0\r\nGET /policy HTTP/1.1\r\n\r\n",
        b"0\r\nA: b\r\n C: d\r\n\r\n",
    ],
)
def test_what_is_no_chunk_is_refused(sent: bytes) -> None:
    with pytest.raises(BadChunk):
        take(sent, [])
