"""Uses one client in many processes, threads and event loops; counts answers to somebody else.

    python -m clients.python.tests.crossing ADDRESS KEY READS

Each user has one memory that names them. Prints how many reads there were, and how many wrong.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient
from memory_scope.exceptions import MemoryScopeError

READERS = 4
QUESTION: Any = {"scope": "preferences", "purpose": "recommend books"}


def user(number: int) -> str:
    return f"reader-{number}"


def prepare(address: str, key: str) -> None:
    with MemoryScopeClient(api_key=key, base_url=address) as client:
        for number in range(READERS + 1):
            client.create_memory(
                user_id=user(number),
                scope="preferences",
                source="user_setting",
                value_json={"likes": [user(number)]},
            )


def wrong_reads(client: MemoryScopeClient, number: int, reads: int) -> int:
    wrong = 0
    for _ in range(reads):
        try:
            found = client.read_memory(user_id=user(number), **QUESTION)
            wrong += found.summary_struct["likes"] != [user(number)]
        except MemoryScopeError:
            wrong += 1
    return wrong


async def wrong_awaited(client: AsyncMemoryScopeClient, number: int, reads: int) -> int:
    wrong = 0
    for _ in range(reads):
        try:
            found = await client.read_memory(user_id=user(number), **QUESTION)
            wrong += found.summary_struct["likes"] != [user(number)]
        except (MemoryScopeError, RuntimeError):
            wrong += 1
    return wrong


def in_forks(work: Callable[[int], int]) -> int:
    """Let children that were forked now do the work, and this process too."""
    children = []
    for number in range(1, READERS):
        pid = os.fork()
        if pid == 0:
            os._exit(min(work(number), 100))
        children.append(pid)
    wrong = work(0)
    return wrong + sum(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children)


def in_threads(work: Callable[[int], int]) -> int:
    counted: list[int] = []
    threads = [
        threading.Thread(target=lambda number=number: counted.append(work(number)))
        for number in range(READERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counted) + 100 * (READERS - len(counted))


def spawned(address: str, key: str, number: int, reads: int) -> None:
    with MemoryScopeClient(api_key=key, base_url=address) as client:
        sys.exit(min(wrong_reads(client, number, reads), 100))


def in_spawned(address: str, key: str, reads: int) -> int:
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=spawned, args=(address, key, number, reads))
        for number in range(READERS)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(process.exitcode or 0 for process in processes)


def main(address: str, key: str, reads: int) -> None:
    prepare(address, key)
    each = reads // (5 * READERS)
    with MemoryScopeClient(api_key=key, base_url=address) as client:
        wrong = wrong_reads(client, READERS, 1)  # its connection is open when it forks
        wrong += in_forks(lambda number: wrong_reads(client, number, each))
        wrong += in_threads(lambda number: wrong_reads(client, number, each))
        # A fork while other threads are in the middle of their requests.
        wrong += in_threads(
            lambda number: (
                wrong_reads(client, number, each)
                if number
                else in_forks(lambda child: wrong_reads(client, child, each // READERS))
            )
        )
    wrong += in_spawned(address, key, each)
    again = AsyncMemoryScopeClient(api_key=key, base_url=address)
    for number in range(READERS):  # a loop after the other
        wrong += asyncio.run(wrong_awaited(again, number, each))
    wrong += in_threads(lambda number: asyncio.run(wrong_awaited(again, number, each // 2)))
    wrong += in_forks(lambda number: asyncio.run(wrong_awaited(again, number, each // 2)))
    asyncio.run(again.close())
    sys.stdout.write(f"{reads} reads, {wrong} wrong\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
