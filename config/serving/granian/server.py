"""The first process: it opens the socket, and starts and replaces the processes that serve."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import Pipe
from queue import Empty, SimpleQueue
from typing import Any

from config.serving.granian.inner import MPServer, SocketHolder
from config.serving.replacing import HANDOVER

LOOK = 1.0  # seconds after which a thread that gets signals looks whether there were any
STOPS = (signal.SIGTERM, signal.SIGINT)
LOADED, WORN = "loaded", "worn"  # what a process tells the first one


class NoAdvice(logging.Filter):
    """Leaves out what granian advises against: most of our threads wait, for a client or a turn."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Configuration allows spawning up to")


class Waking:
    """What granian's loop waits for. It stays set while there is something that the loop must see.

    The loop looks why it was woken and clears this then. A signal to stop that came in between, as
    a process ended, would be waited for forever. And it has no lock, as `threading.Event` has:
    signals come to the thread that waits, one while it sets this for the other.

    Nor is it waited for without an end: a signal that comes just before its thread begins to sleep
    does not wake it.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._is_set = False
        self._calls: SimpleQueue[None] = SimpleQueue()  # the queue that a signal may put into

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        self._calls.put(None)

    def wait(self) -> None:
        while not self._is_set:
            with suppress(Empty):
                self._calls.get(timeout=LOOK)

    def clear(self) -> None:
        self._is_set = False
        server = self._server
        if server.interrupt_signal or server.interrupt_children or server.reload_signal:
            self.set()


@contextmanager
def stops_held_back() -> Iterator[None]:
    """Hold signals to stop back, for a process that begins until it has let go of our handlers."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


class Server(MPServer):  # type: ignore[misc] # granian's types are not read
    """granian's own, but that all processes take connections from one queue, and may ask to go.

    On Linux granian gives each process a queue of its own, and with a process ends what waits in
    its queue. It replaces a process by its age or its memory, not by how many requests it has
    answered, and gives the next one a fixed time to load.
    """

    def __init__(self, *arguments: Any, listener: socket.socket, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.main_loop_interrupt = Waking(self)
        self._listener = listener
        self._heard, self._tell = Pipe(duplex=False)
        self._news = threading.Condition()
        self._loaded: set[int] = set()
        self._worn: set[int] = set()

    def serve_with(self, target: Any, load: Callable[[Any], object]) -> None:
        """Serve in processes that run `target` with what `load` returned there."""
        threading.Thread(target=self._hear, name="news", daemon=True).start()
        self.serve(spawn_target=target, target_loader=partial(load, self._tell), wrap_loader=False)

    def _hear(self) -> None:
        """Take what processes tell, with their ids, and wake granian's loop if one wants to go."""
        while True:
            word, pid = self._heard.recv()
            with self._news:
                (self._loaded if word == LOADED else self._worn).add(pid)
                self._news.notify_all()
            if word == WORN:
                self.rss_signal = True
                self.main_loop_interrupt.set()

    def _handle_rss_signal(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace who asked for it. granian's loop calls it when `rss_signal` was set."""
        with self._news:
            worn, self._worn = self._worn, set()
        self._respawn_workers(
            [each.idx for each in self.wrks if each._id() in worn], spawn_target, target_loader
        )

    def _watch_workers_rss(self) -> None:
        """Wake the loop for nothing else: memory is not looked at."""

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        with stops_held_back():
            super()._spawn_workers(spawn_target, target_loader)

    def _respawn_workers(
        self, workers: list[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        """Let fresh processes take over from those of these numbers, once they have loaded."""
        old, fresh = [self.wrks[index] for index in workers], []
        for index in workers:
            self.wrks[index] = self._spawn_worker(
                idx=index, target=spawn_target, callback_loader=target_loader
            )
            with stops_held_back():
                self.wrks[index].start()
            fresh.append(self.wrks[index])
        self._wait_for(fresh)
        for process in old:
            process.terminate()
        for process in old:
            process.join(self.workers_kill_timeout)
            if process.is_alive():
                process.kill()
                process.join()

    def _wait_for(self, fresh: list[Any]) -> None:
        """Wait until these have loaded, or one could not.

        granian gives up if a process dies soon after it was started in another one's place. That is
        for those that cannot load; whatever kills one that has, or is about to, may do so again.
        """
        until = time.monotonic() + HANDOVER
        with self._news:
            while time.monotonic() < until and all(each.is_alive() for each in fresh):
                if self._loaded.issuperset(each._id() for each in fresh):
                    break
                self._news.wait(timeout=0.2)
            for each in fresh:
                was_killed = each.inner.exitcode == -signal.SIGKILL  # as for a lack of memory
                if each._id() not in self._loaded and not was_killed:
                    self.respawned_wrks[each.idx] = time.monotonic()
            self._loaded &= {each._id() for each in self.wrks}

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._sso = self._listener
        kind = (False, self.backlog) if sys.platform == "linux" else (False,)
        self._shd = SocketHolder(self._listener.fileno(), *kind)
