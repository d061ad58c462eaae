"""A short way to Redis for what every request asks.

redis-py finds each command a connection, looks whether it was cut, tries under a policy of retries
and measures it, which costs this process several times as much as sending the command and reading
the answer do. This does these two, on connections of the client's pool which it holds. The time
limits are the pool's, the breaker is the client's, and a connection that was cut while nobody used
it is made anew, once, as everywhere (foundation/shared_redis.py).

It is the kernel that keeps the time limits, but where TLS stands between: Python waits for a socket
with a time limit of its own before it reads from it, and each of the two lets other threads take
the interpreter's lock.
"""

from __future__ import annotations

import hashlib
import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
import redis

from foundation.shared_redis import Client


class DirectRedis:
    """For any number of threads, and for a process that was forked from one that used it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pid = os.getpid()
        self._idle: deque[Any] = deque()

    def ask(self, *words: Any) -> Any:
        """Send a command and return the answer as Redis gave it. Raises redis.RedisError."""
        return self._client.behind_breaker(self._send, *words)

    def script(self, text: str) -> Callable[[Sequence[str], Sequence[Any]], Any]:
        """Return what runs a script in Lua with its keys and arguments, in one trip.

        Redis is sent its digest; the script itself only to one that does not know it yet.
        """
        digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

        def run(keys: Sequence[str], arguments: Sequence[Any]) -> Any:
            words = ("EVALSHA", digest, len(keys), *keys, *arguments)
            try:
                return self.ask(*words)
            except redis.exceptions.NoScriptError:
                self._client.script_load(text)
                return self.ask(*words)

        return run

    def _send(self, *words: Any) -> Any:
        idle = self._of_this_process()
        try:
            connection = idle.pop()
        except IndexError:
            connection = self._new_connection()
        try:
            answer = _answer(connection, words)
        except BaseException as error:
            # What was refused was answered; of anything else there may be something to come.
            if not isinstance(error, redis.ResponseError) or connection.should_reconnect():
                connection.disconnect()
            idle.append(connection)
            raise
        if connection.should_reconnect():  # the server moves, and said so
            connection.disconnect()
        idle.append(connection)
        return answer

    def _new_connection(self) -> Any:
        connection = self._client.connection_pool.get_connection()
        connection.register_connect_callback(self._let_kernel_keep_limits)  # type: ignore[no-untyped-call] # as redis-py has it
        self._let_kernel_keep_limits(connection)
        return connection

    def _let_kernel_keep_limits(self, connection: Any) -> None:
        """Do so for the socket that the connection has now, also when it has connected anew."""
        # By redis-py's own word: no public one says which socket it is.
        own = connection._get_socket()
        if type(own) is socket.socket:
            seconds = connection.socket_timeout or 0
            # As the kernel takes it: seconds, and microseconds of the next.
            limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
            for what in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                own.setsockopt(socket.SOL_SOCKET, what, limit)
            own.settimeout(None)

    def _of_this_process(self) -> deque[Any]:
        """Return the connections that nobody uses: those of a parent process are not ours."""
        if self._pid != os.getpid():
            self._idle, self._pid = deque(), os.getpid()
        return self._idle


def _answer(connection: Any, words: Sequence[Any]) -> Any:
    """Send a command over the connection and read the answer, over a new one if it was cut."""
    packed = [hiredis.pack_command(tuple(words))]
    try:
        return _exchanged(connection, packed)
    except redis.ConnectionError:
        connection.disconnect()
        return _exchanged(connection, packed)


def _exchanged(connection: Any, packed: Sequence[bytes]) -> Any:
    """Send the command and read the answer. Raises redis.RedisError."""
    try:
        connection.send_packed_command(packed)
        return connection.read_response()
    except redis.ConnectionError as error:
        if isinstance(error.__context__, BlockingIOError):  # as the kernel says that time is up
            raise redis.TimeoutError("Redis did not answer in time.") from error
        raise
