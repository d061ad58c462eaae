"""What the service keeps in files is for the account that runs it, whatever its umask is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from foundation.mail import PrivateFileBackend
from foundation.private_files import make_database_private


@pytest.fixture(autouse=True)
def an_open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def send(folder: Path) -> None:
    message = EmailMessage("Hello", "Your link", to=["anna@example.com"])
    assert PrivateFileBackend(file_path=str(folder)).send_messages([message]) == 1


def test_mails_and_their_folder_are_for_their_owner(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    send(folder)
    assert mode(folder) == 0o700
    assert [mode(file) for file in folder.iterdir()] == [0o600]


def test_mails_of_before_become_private_with_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir(mode=0o755)
    old = folder / "old.log"
    old.touch(mode=0o644)
    send(folder)
    assert (mode(folder), mode(old)) == (0o700, 0o600)


def test_a_database_is_for_its_owner_with_all_its_files(tmp_path: Path) -> None:
    new, old = tmp_path / "new.sqlite3", tmp_path / "old.sqlite3"
    parts = [Path(f"{old}{suffix}") for suffix in ("", "-wal", "-shm")]
    for part in parts:
        part.write_text("kept")
    for database in (new, old):
        make_database_private(database)
    assert {mode(path) for path in (new, *parts)} == {0o600}
    assert {part.read_text() for part in parts} == {"kept"}
