"""Puts a request together as its bytes come, without waiting for any.

gunicorn's own parser reads each head, so there is one opinion about what a request says; its body
is gathered here, and given to it whole.
"""

from __future__ import annotations

from typing import Any

from gunicorn.http import errors
from gunicorn.http.body import Body, ChunkedReader
from gunicorn.http.message import Request
from gunicorn.http.unreader import Unreader

from config.serving.bodies import KeptBody, largest_body, taken_of
from config.serving.chunks import BadChunk, Chunks
from config.serving.outlet import (
    BUSY,
    LARGE_HEAD,
    LONG_ADDRESS,
    MALFORMED,
    OTHER_CODING,
    OTHER_EXPECTATION,
)

LONGEST_HEAD = 64 * 1024  # bytes


class Refused(Exception):
    """The request cannot be understood; its connection ends with this answer."""

    def __init__(self, status: str, code: str, detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


# What gunicorn's parser raises, and what it means. Its own words repeat what was sent, a key
# perhaps, so nobody sees them.
REFUSALS: dict[type[Exception], tuple[str, str, str]] = {
    errors.LimitRequestLine: LONG_ADDRESS,
    errors.LimitRequestHeaders: LARGE_HEAD,
    errors.UnsupportedTransferCoding: OTHER_CODING,
    errors.ExpectationFailed: OTHER_EXPECTATION,
}


class Held(Unreader):  # type: ignore[misc] # gunicorn has no types
    """Gives a parser what is there, and never waits for more."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.unread(data)

    def chunk(self, size_hint: int | None = None) -> bytes:
        return b""


class Gathering:
    """The request that a connection is sending, and what came of the next one already."""

    def __init__(self, cfg: Any, client: Any) -> None:
        self._cfg = cfg
        self._client = client
        self._searched = 0
        self._request: Any = None
        self._missing = 0
        self._taken = taken_of(0)
        self._body = KeptBody(0)
        self._chunks: Chunks | None = None
        self.buffer = bytearray()
        self.wants_continue = False  # the client waits for a word before it sends the body
        self.must_close = False  # more of the body may come: nobody could find the next request

    @property
    def begun(self) -> bool:
        return bool(self.buffer) or self._request is not None

    def take(self, data: bytes) -> Any:
        """Return the request if that makes it whole, else None. Raises Refused."""
        self.buffer += data
        if self._request is None and not self._take_head():
            return None
        try:
            whole = self._take_chunks(self._chunks) if self._chunks else self._take_body()
        except OSError:  # a large body waits on a disk that is full
            raise Refused(*BUSY) from None
        if not whole:
            return None
        request, self._request, self._chunks = self._request, None, None
        self._searched, self.wants_continue = 0, False
        request.body = Body(self._body.to_be_read())
        return request

    def close(self) -> None:
        """Let go of the body, when its request is answered or will not be."""
        self._body.close()

    def _take_head(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
        if end < 0 or end > LONGEST_HEAD:
            self._searched = len(self.buffer)
            if self._searched > LONGEST_HEAD:
                raise Refused(*REFUSALS[errors.LimitRequestHeaders])
            return False
        head = bytes(self.buffer[: end + 4])
        del self.buffer[: end + 4]
        try:
            request = Request(self._cfg, Held(head), self._client)
        except (errors.ParseException, StopIteration) as error:
            raise Refused(*REFUSALS.get(type(error), MALFORMED)) from None
        reader = request.body.reader
        most = largest_body(request.path)
        self._taken = taken_of(most)
        self._body = KeptBody(most)
        self._chunks = Chunks(self._body) if isinstance(reader, ChunkedReader) else None
        self._missing = 0 if self._chunks else reader.length
        self.wants_continue = request._expected_100_continue and not self.buffer
        request._expected_100_continue = False  # or gunicorn would say so once more
        if self._missing > self._taken:
            self._give_up()
        self._request = request
        return True

    def _take_body(self) -> bool:
        data = self.buffer[: self._missing]
        del self.buffer[: self._missing]
        self._missing -= len(data)
        self._body.take(data)
        return not self._missing

    def _take_chunks(self, chunks: Chunks) -> bool:
        try:
            whole = chunks.take_from(self.buffer)
        except BadChunk:
            raise Refused(*MALFORMED) from None
        if not whole and chunks.size > self._taken:
            self._give_up()
            return True
        return whole

    def _give_up(self) -> None:
        """Wait for no more of a body that is far too long: it is refused by its size."""
        self._missing = 0
        self.wants_continue = False
        self.must_close = True
