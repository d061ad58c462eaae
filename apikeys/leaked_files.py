"""Reads files of any size for keys, packed ones too, a part at a time. Plain Python."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from apikeys.scanning import CHUNK, OVERLAP, keys_in

DEEPEST = 4  # packed files within packed files
# What nothing here opens is named, never passed over as if it held nothing.
UNREADABLE = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
    b"\x1f\x9d": "compress",
    b"PGDMP": "a dump of PostgreSQL in its custom format: give what `pg_restore -f -` prints",
}
UNPACKERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed, mode="rb"),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


class NotRead(Exception):
    """Why a part of an input could not be read, in words for a person."""


def keys_of(stream: IO[bytes], *, depth: int = 0) -> Iterator[set[str] | NotRead]:
    """Yield the keys in each part of an input, and for each part that cannot be read why not."""
    start = _whole(stream, CHUNK)
    for magic, name in UNREADABLE.items():
        if start.startswith(magic):
            yield NotRead(f"it is packed by {name}" if len(magic) != 5 else f"it is {name}")
    unpack = next((UNPACKERS[magic] for magic in UNPACKERS if start.startswith(magic)), None)
    if depth < DEEPEST and start.startswith(b"PK\x03\x04"):
        yield from _of_archive(start, stream, depth)
    elif depth < DEEPEST and unpack is not None:
        with _spooled(start, stream) as packed:
            try:
                yield from keys_of(unpack(packed), depth=depth + 1)
            except BROKEN as error:
                yield NotRead(f"what is packed in it is broken ({type(error).__name__})")
            packed.seek(0)  # what follows the packed part, or was taken for one
            yield from _plain(b"", packed)
    else:
        yield from _plain(start, stream)


def _plain(part: bytes, stream: IO[bytes]) -> Iterator[set[str]]:
    kept = b""
    part = part or _whole(stream, CHUNK)
    while part:
        window = kept + part
        yield keys_in(window)
        kept = window[-OVERLAP:]
        part = _whole(stream, CHUNK)


def _of_archive(start: bytes, stream: IO[bytes], depth: int) -> Iterator[set[str] | NotRead]:
    with _spooled(start, stream) as packed:
        try:
            with zipfile.ZipFile(packed) as archive:
                for member in archive.infolist():
                    try:
                        with archive.open(member) as inner:
                            yield from keys_of(inner, depth=depth + 1)
                    except (*BROKEN, RuntimeError, NotImplementedError) as error:
                        yield NotRead(f"a file in it cannot be opened ({type(error).__name__})")
        except BROKEN as error:
            yield NotRead(f"the archive is broken ({type(error).__name__})")
        packed.seek(0)
        yield from _plain(b"", packed)


def _spooled(start: bytes, stream: IO[bytes]) -> Any:
    """Return what can be read twice: small inputs in memory, large ones in a temporary file."""
    packed = SpooledTemporaryFile(16 * CHUNK)  # noqa: SIM115 - whoever asked closes it
    part = start
    while part:
        packed.write(part)
        part = _whole(stream, CHUNK)
    packed.seek(0)
    return packed


def _whole(stream: IO[bytes], size: int) -> bytes:
    """Read so many bytes, or what there is: a pipe gives less at a time.

    What was read before something broken is returned; the next call meets what is broken.
    """
    parts: list[bytes] = []
    left = size
    while left:
        try:
            part = stream.read(min(left, 64 * 1024))
        except BROKEN:
            if parts:
                break
            raise
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
