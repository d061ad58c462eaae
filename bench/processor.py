"""How much processor time processes have used, as /proc tells it (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def available() -> bool:
    return (PROC / "self" / "stat").is_file()


class Process(NamedTuple):
    """A process as it is seen once. `began`, in ticks, tells it from a later one of its id.

    One that has `ended` is there until its parent asks how. `seconds` are those of all its threads.
    """

    parent: int
    session: int
    began: int
    ended: bool
    seconds: float


def parsed(stat: str) -> Process:
    """Return the process that the text of a /proc/<pid>/stat is about.

    The second field is the process's name in brackets and may hold brackets and spaces itself.
    """
    state, *fields = stat[stat.rindex(")") + 1 :].split()
    return Process(
        parent=int(fields[0]),
        session=int(fields[2]),
        began=int(fields[18]),
        ended=state in "ZX",
        seconds=(int(fields[10]) + int(fields[11])) / TICKS_PER_SECOND,
    )


def process(pid: int) -> Process | None:
    """Return the process of this id, if there is one."""
    stat = _read(PROC / str(pid) / "stat")
    return parsed(stat) if stat else None


def family(pid: int) -> dict[int, Process]:
    """Return a process, all that descend from it, and all in the session that it opened, by id."""
    seen = {
        int(entry.name): parsed(stat)
        for entry in PROC.iterdir()
        if entry.name.isdigit() and (stat := _read(entry / "stat"))
    }
    found: dict[int, Process] = {}
    new = {one for one, process in seen.items() if pid in (one, process.session)}
    while new:
        found |= {one: seen[one] for one in new}
        new = {one for one, process in seen.items() if process.parent in new} - found.keys()
    return found


def family_seconds(pid: int) -> dict[int, float]:
    """Return the time used by each process of a family, by process id."""
    return {one: process.seconds for one, process in family(pid).items()}


def seconds_of(pids: Iterable[int], *, name: str) -> dict[int, float] | None:
    """Return the time used by these processes; None if they do not have that name here.

    A database server on another machine, or in a container, has process ids of its own.
    """
    seconds = {}
    for pid in pids:
        stat = _read(PROC / str(pid) / "stat")
        if not stat or f"({name}" not in stat:
            return None
        seconds[pid] = parsed(stat).seconds
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
