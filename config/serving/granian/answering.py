"""What granian calls in a thread of its own for each request, as soon as its head has come."""

from __future__ import annotations

import io
import logging
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from config.serving.bodies import LARGEST, KeptBody, largest_body, taken_of
from config.serving.callers import PROBE, PROBES, Callers, key_line
from config.serving.granian.paths import add_written
from config.serving.granian.seats import Seats
from config.serving.granian.turns import Turns
from config.serving.outlet import (
    AT_ONCE,
    BROKEN_OFF,
    BUSY,
    FAILED,
    IN_MEMORY,
    LONG_ADDRESS,
    OTHER_CODING,
    OTHER_EXPECTATION,
    plain_parts,
)
from foundation.turns import LINE

logger = logging.getLogger(__name__)

LONGEST_ADDRESS = 4094  # characters, as in gunicorn
AT_A_TIME = 64 * 1024  # bytes of a body

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Refused(Exception):
    """The request is answered without the application: a status, a code and a sentence."""


class Started:
    """What the application says of its answer before it gives it."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> None:
        self.status, self.headers = status, headers


class Answering:
    """Calls the application, in `threads` threads at once and in one more for probes."""

    def __init__(self, application: Application, *, threads: int, seconds: float) -> None:
        self._application = application
        self._turns = Turns(threads, seconds=seconds)
        self._seats = Seats(threads)
        self._probe_turns = Turns(1, seconds=seconds)
        self._probe_seats = Seats(1)
        self._callers = Callers()
        self.closing = False  # each answer is the last one on its connection
        self.answered = 0
        # Threads that work on a request, which is whole: the client's address, and since when.
        self.working: dict[int, tuple[str, float]] = {}

    def __call__(self, proto: Any, environ: dict[str, Any]) -> None:
        """Answer a request: `environ` is WSGI's, `proto` takes the answer."""
        try:
            status, headers, body = self._answered(environ)
            self.answered += 1
            if self.closing:
                headers = [*headers, ("Connection", "close")]
            if isinstance(body, bytes):
                proto.response_bytes(int(status[:3]), headers, body)
            else:
                proto.response_iter(int(status[:3]), headers, _Pieces(body))
        finally:  # not before the answer is handed over: its connection has not been idle
            self.working.pop(threading.get_ident(), None)

    def _answered(self, environ: dict[str, Any]) -> tuple[str, Headers, bytes | IO[bytes]]:
        """Return the answer, whoever gives it."""
        kept: KeptBody | None = None
        try:
            _check_head(environ)
            kept = _read_body(environ)
            self.working[threading.get_ident()] = (environ["REMOTE_ADDR"], time.monotonic())
            return self._answer(environ)
        except Refused as refused:
            status, code, detail = refused.args
            retry_after = 1 if status.startswith(("429", "503")) else 0
            return status, *plain_parts(code, detail, retry_after=retry_after)
        except BaseException:  # whatever it is, the thread goes on to serve others
            logger.exception("The application let an error through")
            status, *words = FAILED
            return status, *plain_parts(*words)
        finally:
            if kept:
                kept.close()

    def _answer(self, environ: dict[str, Any]) -> tuple[str, Headers, bytes | IO[bytes]]:
        """Let the application answer when it is the request's turn. Raises Refused."""
        if environ["PATH_INFO"] in PROBES:
            line, turns, seats = PROBE, self._probe_turns, self._probe_seats
        else:
            line, turns, seats = self._callers.line_of_environ(environ), self._turns, self._seats
        if refusal := turns.take(line):
            raise Refused(*refusal)
        started = Started()
        try:
            seat = seats.take()
            try:
                content = self._application(_complete(environ), started)
                try:
                    body = _gathered(content)
                finally:
                    if close := getattr(content, "close", None):
                        close()
            finally:
                seats.give_back(seat)
        finally:
            turns.done(line)
        if (project := environ.get(LINE)) and (key := environ.get("HTTP_X_API_KEY")):
            self._callers.remember_key(key_line(key), project)
        return started.status, started.headers, body


def _check_head(environ: dict[str, Any]) -> None:
    """Refuse what gunicorn's parser refuses and granian's does not. Raises Refused."""
    if len(environ["PATH_INFO"]) + len(environ["QUERY_STRING"]) > LONGEST_ADDRESS:
        raise Refused(*LONG_ADDRESS)
    if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
        raise Refused(*OTHER_CODING)
    if environ.get("HTTP_EXPECT", "100-continue").lower() != "100-continue":
        raise Refused(*OTHER_EXPECTATION)


def _read_body(environ: dict[str, Any]) -> KeptBody | None:
    """Put the whole body where the application reads it, or as much of it as is looked at.

    It may take as long as the client likes: see `room`. Raises Refused.
    """
    in_chunks = "HTTP_TRANSFER_ENCODING" in environ  # a length beside that says nothing
    length = None if in_chunks else environ.get("CONTENT_LENGTH")
    if length is None and not in_chunks:
        return None
    if length is not None and (size := int(length)) <= LARGEST:
        body = environ["wsgi.input"].read(size) if size else b""
        if len(body) < size:
            raise Refused(*BROKEN_OFF)
        environ["wsgi.input"] = io.BytesIO(body)
        return None
    return _read_large(environ, None if length is None else int(length))


def _read_large(environ: dict[str, Any], length: int | None) -> KeptBody:
    """Read a body that is large, or in chunks. Of one that is far too large nothing is read."""
    most = largest_body(environ["PATH_INFO"])
    kept, source = KeptBody(most), environ["wsgi.input"]
    limit, taken = taken_of(most), 0
    try:
        while (length or 0) <= limit and taken < (limit if length is None else length):
            piece = source.read(AT_A_TIME)
            if not piece:
                break
            taken += len(piece)
            kept.take(piece)
    except OSError:  # it waits on a disk that is full
        kept.close()
        raise Refused(*BUSY) from None
    if length is not None and taken < length <= limit:
        kept.close()
        raise Refused(*BROKEN_OFF)
    environ["wsgi.input"] = kept.to_be_read()
    return kept


def _complete(environ: dict[str, Any]) -> dict[str, Any]:
    """Add what WSGI asks for besides what granian says of a request."""
    add_written(environ)
    environ["SCRIPT_NAME"] = ""
    environ["wsgi.errors"] = sys.stderr
    environ["wsgi.version"] = (1, 0)
    environ["wsgi.multithread"] = environ["wsgi.multiprocess"] = True
    environ["wsgi.run_once"] = False
    return environ


def _gathered(content: Iterable[bytes]) -> bytes | IO[bytes]:
    """Return all of an answer, in a file if it is large: who is slow to read it has no turn."""
    pieces: list[bytes] = []
    size = 0
    file: IO[bytes] | None = None
    for piece in content:
        size += len(piece)
        if file is not None:
            file.write(piece)
        elif size > IN_MEMORY:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - `_Pieces` closes it
            file.writelines([*pieces, piece])
        else:
            pieces.append(piece)
    if file is None:
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
    file.seek(0)
    return file


class _Pieces:
    """An answer that waits in a file, as granian reads it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if piece := self._file.read(AT_ONCE):
            return piece
        raise StopIteration

    def close(self) -> None:
        self._file.close()
