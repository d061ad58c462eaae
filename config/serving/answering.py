"""The threads in which the application answers, and the connections that they are lent to."""

from __future__ import annotations

import queue
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from gunicorn.http import wsgi

from config.serving.gathering import Gathering
from config.serving.outlet import FAILED, Outlet, plain_answer
from foundation.turns import LINE


class Connection:
    """A client's connection, which the loop has unless a thread is answering it."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        self.sock = sock
        self.client = client
        self.address = str(client[0]) if isinstance(client, tuple) else "of this machine"
        self.server = server
        self.gathering = Gathering(cfg, client)
        self.outlet = Outlet(sock)
        self.request: Any = None
        self.line = ""
        self.key_line = ""
        self.project = ""  # the line of the request's project, if the application named it
        self.keep = False  # whether another request may come after the one that is answered
        self.broken = False  # nothing more can be said: the answer was cut off, or nobody reads


class Threads:
    """Calls the application. `wake` lets the loop know that there is something to take back."""

    def __init__(self, cfg: Any, log: Any, *, wake: Callable[[], object]) -> None:
        self._cfg = cfg
        self._log = log
        self._wake = wake
        self._application: Any = None
        self._work: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._done: deque[Connection] = deque()
        self._woken = False
        self.answered = 0
        self.closing = False  # each answer is the last one on its connection

    def start(self, application: Any, number: int) -> None:
        self._application = application
        for index in range(number):
            threading.Thread(target=self._serve, name=f"web-{index}", daemon=True).start()

    def answer(self, connection: Connection) -> None:
        self._work.put(connection)

    def take_done(self) -> Iterator[Connection]:
        self._woken = False
        while self._done:
            yield self._done.popleft()

    def _serve(self) -> None:
        while True:
            connection = self._work.get()
            try:
                self._answer_or_fail(connection)
            except OSError:
                connection.broken = True  # nobody reads the answer
            self.answered += 1
            self._done.append(connection)
            if not self._woken:
                self._woken = True
                self._wake()

    def _answer_or_fail(self, connection: Connection) -> None:
        """Let the application answer, and say so if it fails. Raises OSError."""
        outlet = connection.outlet
        outlet.begin()
        try:
            self._answer(connection)
        except OSError:
            raise
        except BaseException:  # whatever it is, the thread goes on to serve others
            self._log.exception("The application let an error through")
            connection.keep, connection.broken = False, not outlet.is_new
            if outlet.is_new:
                outlet.sendall(plain_answer(*FAILED))
                outlet.flush()

    def _answer(self, connection: Connection) -> None:
        """Let the application answer; what the client does not read at once waits in the outlet."""
        request, outlet = connection.request, connection.outlet
        connection.keep, connection.project = False, ""
        began = datetime.now(UTC)
        response, environ = wsgi.create(
            request, outlet, connection.client, connection.server, self._cfg
        )
        environ["wsgi.multithread"] = True
        if connection.gathering.must_close or self.closing:
            response.force_close()
        content: Iterable[bytes] = self._application(environ, response.start_response)
        try:
            for piece in content:
                response.write(piece)
            response.close()
            outlet.flush()
        finally:
            self._log.access(response, request, environ, datetime.now(UTC) - began)
            if close := getattr(content, "close", None):
                close()
        connection.keep = not response.should_close() and not _is_short(response)
        connection.project = environ.get(LINE, "")


def _is_short(response: Any) -> bool:
    """Tell whether the client waits for more of this answer, and would take the next one for it."""
    # gunicorn's own word, not its public one: hence its narrow range in pyproject.toml.
    promised = response.response_length
    return promised is not None and not response._omits_body and response.sent < promised
