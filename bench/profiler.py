"""Where the service's own time goes: one operation many times in this process, under cProfile.

Without a server and without threads, and slower than the truth (the profiler sees every call): it
tells what to look at, the table tells whether it mattered.
"""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Iterator
from itertools import islice

from bench.inside import answer, environ_of

WARM_UP_REQUESTS = 50
ENTRIES = 40


def profile(requests: Iterator[bytes], *, expected: int, count: int) -> str:
    """Return the functions that took the most time of their own, over so many requests."""
    for request in islice(requests, WARM_UP_REQUESTS):
        answer(environ_of(request), expected=expected)
    environs = [environ_of(request) for request in islice(requests, count)]
    profiler = cProfile.Profile()
    profiler.enable()
    for environ in environs:
        answer(environ, expected=expected)
    profiler.disable()
    output = io.StringIO()
    statistics = pstats.Stats(profiler, stream=output)
    statistics.sort_stats("tottime").print_stats(ENTRIES)
    return output.getvalue()
