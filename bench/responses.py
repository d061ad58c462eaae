"""Finds where one HTTP response ends in the bytes of a kept connection."""

from __future__ import annotations

import re

HEAD_END = b"\r\n\r\n"
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
STAYS = re.compile(rb"\r\nconnection:[ \t]*keep-alive[ \t]*\r\n", re.IGNORECASE)
SIZE = re.compile(rb"([0-9a-fA-F]{1,8})(?=[; \t]|$)")
CLOSES = re.compile(rb"\r\nconnection:[ \t]*close[ \t]*\r\n", re.IGNORECASE)


class BadResponse(Exception):
    """Bytes that are no response, or one whose end cannot be told from its head."""


def frame(received: bytes) -> tuple[int, int, int] | None:
    """Return status, and where the body begins and ends; None while the response is not whole.

    An answer that neither says how long it is nor comes in chunks is a BadResponse.
    """
    head = received.find(HEAD_END)
    if head < 0:
        if not received.startswith(b"HTTP/1."[: len(received)]):
            raise BadResponse("the answer does not begin like an HTTP response")
        return None
    status = STATUS_LINE.match(received)
    if status is None:
        raise BadResponse("the answer does not begin with a status line")
    length = CONTENT_LENGTH.search(received, 0, head + 2)
    body = head + len(HEAD_END)
    if length is not None:
        end: int | None = body + int(length[1])
    elif CHUNKED.search(received, 0, head + 2):
        end = _end_of_chunks(received, body)
    else:
        raise BadResponse("the answer has neither Content-Length nor chunks")
    if end is None:
        return None
    if len(received) > end:
        raise BadResponse("more bytes than the answer has")
    return (int(status[1]), body, end) if len(received) == end else None


def closes(received: bytes) -> bool:
    """Say whether the server ends the connection after this response."""
    end = received.find(HEAD_END) + 2
    if received.startswith(b"HTTP/1.0"):
        return STAYS.search(received, 0, end) is None
    return CLOSES.search(received, 0, end) is not None


def _end_of_chunks(received: bytes, start: int) -> int | None:
    """Return where a body in chunks ends; None while it is not whole. No trailers are known."""
    while (line := received.find(b"\r\n", start)) >= 0:
        digits = SIZE.match(received, start, line)
        if digits is None:
            raise BadResponse("a chunk does not begin with its size")
        size = int(digits[1], 16)
        start = line + 2 + size + 2
        if size == 0:
            return start
    return None
