"""Finds where one HTTP response ends in the bytes of a kept connection."""

from __future__ import annotations

import re

HEAD_END = b"\r\n\r\n"
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection:[ \t]*close[ \t]*\r\n", re.IGNORECASE)


class BadResponse(Exception):
    """Bytes that are no response, or one whose end cannot be told from its head."""


def frame(received: bytes) -> tuple[int, int, int] | None:
    """Return status, and where the body begins and ends; None while the response is not whole.

    The service says how long its answers are; one that does not is a BadResponse.
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
    if length is None:
        raise BadResponse("the answer has no Content-Length")
    body = head + len(HEAD_END)
    end = body + int(length[1])
    if len(received) > end:
        raise BadResponse("more bytes than the answer's Content-Length")
    return (int(status[1]), body, end) if len(received) == end else None


def closes(received: bytes) -> bool:
    """Say whether the server ends the connection after this response."""
    return CLOSES.search(received, 0, received.find(HEAD_END) + 2) is not None
