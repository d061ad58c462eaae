"""Makes files that only the account which runs the service can read, whatever its umask is."""

from __future__ import annotations

import os
from pathlib import Path

OWNER_ALONE = 0o600
OWNER_ALONE_FOLDER = 0o700


def make_database_private(path: Path) -> None:
    """Create an SQLite file if it is missing, and let nobody but its owner open it.

    One that is there is not opened: closing it would let go of SQLite's locks in this process.
    """
    if not path.exists():
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, OWNER_ALONE))
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if file.exists():  # SQLite makes the other two with the mode of the first
            file.chmod(OWNER_ALONE)


def make_folder_private(path: Path) -> None:
    """Create the folder if it is missing; let nobody but its owner look into it or its files."""
    path.mkdir(mode=OWNER_ALONE_FOLDER, parents=True, exist_ok=True)
    path.chmod(OWNER_ALONE_FOLDER)
    for file in path.iterdir():
        if file.is_file() and not file.is_symlink():
            file.chmod(OWNER_ALONE)


def open_private(path: str, flags: int) -> int:
    """Open a file as `open()` asks its opener to; a new one is its owner's alone."""
    return os.open(path, flags, OWNER_ALONE)
