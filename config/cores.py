"""Lets each process of the service keep to a core of its own (WEB_AFFINITY).

A process's threads hand the interpreter's lock to each other many times in a request. From core to
core that costs the kernel far more than on one. Linux alone knows how.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

OWN_THREADS = Path("/proc/self/task")


def can_be_kept_to() -> bool:
    return hasattr(os, "sched_setaffinity") and OWN_THREADS.is_dir()


def allowed() -> list[int]:
    """Return the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0))


def least_used(used: Iterable[int | None]) -> int:
    """Return the core to which the fewest processes keep; each stands in `used` by its core.

    None stands for one that keeps to none.
    """
    kept = list(used)
    return min(allowed(), key=kept.count)


def keep_to(core: int) -> None:
    """Let this process, and all threads that it has and will have, run on that core alone."""
    for thread in OWN_THREADS.iterdir():
        with suppress(ProcessLookupError):  # it has just ended
            os.sched_setaffinity(int(thread.name), {core})
