"""The load tool sees where an answer ends."""

from __future__ import annotations

import pytest

from bench.responses import BadResponse, closes, frame

ANSWER = b"HTTP/1.1 201 Created\r\nServer: x\r\ncontent-length: 7\r\n\r\n{'a':1}"
CHUNKS = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;a=b\r\n{\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"
)


class TestFrame:
    def test_a_whole_answer(self) -> None:
        status, body, end = frame(ANSWER) or (0, 0, 0)
        assert (status, ANSWER[body:end]) == (201, b"{'a':1}")

    def test_a_whole_answer_in_chunks(self) -> None:
        assert frame(CHUNKS) == (200, CHUNKS.index(b"3;"), len(CHUNKS))

    @pytest.mark.parametrize("length", range(len(CHUNKS)))
    def test_a_part_of_an_answer_in_chunks_is_not_taken_for_one(self, length: int) -> None:
        assert frame(CHUNKS[:length]) is None

    @pytest.mark.parametrize("length", range(len(ANSWER)))
    def test_a_part_of_an_answer_is_not_taken_for_one(self, length: int) -> None:
        assert frame(ANSWER[:length]) is None

    @pytest.mark.parametrize(
        "received",
        [
            b"SSH-2.0",
            b"HTTP/1.1 what\r\ncontent-length: 0\r\n\r\n",
            CHUNKS.replace(b"3;a=b", b"-3"),
            CHUNKS.replace(b"chunked", b"gzip"),
            CHUNKS + b"H",
            b"HTTP/1.1 200 OK\r\nx-content-length: 0\r\n\r\n",
            ANSWER + b"H",
        ],
    )
    def test_what_cannot_be_framed_is_refused(self, received: bytes) -> None:
        with pytest.raises(BadResponse):
            frame(received)

    def test_a_length_in_the_body_is_not_the_length(self) -> None:
        with pytest.raises(BadResponse):
            frame(b"HTTP/1.1 200 OK\r\n\r\nx\r\ncontent-length: 3\r\n")

    def test_the_end_of_the_connection_is_seen_in_the_head_only(self) -> None:
        assert closes(b"HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 0\r\n\r\n")
        assert not closes(ANSWER)
        assert not closes(b"HTTP/1.1 200 OK\r\n\r\nx\r\nconnection: close\r\n")

    def test_a_connection_of_http_1_0_ends_unless_it_is_told_to_stay(self) -> None:
        answer = ANSWER.replace(b"HTTP/1.1", b"HTTP/1.0")
        assert closes(answer)
        assert not closes(answer.replace(b"Server: x", b"Connection: keep-alive"))
