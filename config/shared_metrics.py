"""Adds up what several processes counted, those that have ended too.

prometheus_client lets each process count in files of its own, named by its id, and leaves the files
of an ended one for ever. Here they are folded into one, so that a service whose processes start
afresh now and then does not end up with thousands.
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the variable's name is prometheus_client's
KINDS = ("counter", "histogram")


def add_up(folder: Path) -> Iterable[Metric]:
    """Return the sums over all processes that count in the folder, or did."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # nobody reads while files are folded
        for kind in KINDS:
            _fold(folder, kind)
        files = [str(file) for file in folder.glob("*.db") if _begun(file)]
        sums: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return sums


def _fold(folder: Path, kind: str) -> None:
    """Add the files of ended processes to one that stands for them all.

    It is made beside the old one and takes its place whole, so a process that is killed over this
    leaves no half of it.
    """
    ended = [file for file in folder.glob(f"{kind}_[0-9]*.db") if not _lives(file)]
    if not ended:
        return
    total, fresh = folder / f"{kind}_ended.db", folder / f"{kind}_ended.new"
    sums: Counter[str] = Counter()
    for file in (total, *ended):
        if file.exists() and _begun(file):
            for key, value, *_ in MmapedDict.read_all_values_from_file(file):  # type: ignore[no-untyped-call]
                sums[key] += value
    fresh.unlink(missing_ok=True)
    written = MmapedDict(str(fresh))  # type: ignore[no-untyped-call]
    for key, value in sums.items():
        written.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
    written.close()  # type: ignore[no-untyped-call]
    fresh.replace(total)
    for file in ended:
        file.unlink()


def _lives(file: Path) -> bool:
    """Say whether a process has the number that the file is named after."""
    try:
        os.kill(int(file.stem.rpartition("_")[2]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _begun(file: Path) -> bool:
    """Say whether it can be read: a file that was just made is empty for a moment."""
    return file.stat().st_size > 0
