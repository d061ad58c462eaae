"""How much processor time processes have used, as /proc tells it (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def available() -> bool:
    return (PROC / "self" / "stat").is_file()


def parent_and_seconds(stat: str) -> tuple[int, float]:
    """Return the parent's id and all threads' time, from the text of /proc/<pid>/stat.

    The second field is the process's name in brackets and may hold brackets and spaces itself.
    """
    fields = stat[stat.rindex(")") + 1 :].split()
    return int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def family_seconds(pid: int) -> dict[int, float]:
    """Return the time used by a process and by its children, by process id."""
    seconds = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (stat := _read(entry / "stat")):
            parent, used = parent_and_seconds(stat)
            if pid in (parent, int(entry.name)):
                seconds[int(entry.name)] = used
    return seconds


def seconds_of(pids: Iterable[int], *, name: str) -> dict[int, float] | None:
    """Return the time used by these processes; None if they do not have that name here.

    A database server on another machine, or in a container, has process ids of its own.
    """
    seconds = {}
    for pid in pids:
        stat = _read(PROC / str(pid) / "stat")
        if not stat or f"({name}" not in stat:
            return None
        seconds[pid] = parent_and_seconds(stat)[1]
    return seconds


def machine_seconds(stat: str | None = None) -> float:
    """Return the time that processors were busy or withheld, from the text of /proc/stat."""
    lines = (_read(PROC / "stat") if stat is None else stat).splitlines()
    user, nice, system, _idle, _waiting, *rest = map(int, lines[0].split()[1:9])
    return (user + nice + system + sum(rest)) / TICKS_PER_SECOND


def used_between(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Return the seconds used between two looks; a process that came in between counts from 0."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # It has ended, or is not ours to see.
        return ""
