"""Finds the keys in whatever they leaked into: a text, a dump, a log, packed or not. Plain Python.

A key is known by its checksum, so what stands around it does not matter, and a guess too many
about how it was written costs nothing. Every part of an input is therefore read in several ways:
as it is, in wide characters, with its escapes undone, without what breaks lines or colours them,
and decoded. Each is one walk over the text, so the time grows with its length and no faster.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import suppress

from apikeys import tokens

CHUNK = 1024 * 1024  # bytes that are read at once
OVERLAP = 16 * 1024  # bytes that are read again with what follows: no key is written longer
ROUNDS = 6  # escapes within escapes, such as JSON in JSON in a shell's quotes
DEEPEST = 3  # encodings within encodings, such as base64 of base64 of a packed file
MOST_UNPACKED = 1024 * 1024  # bytes of what was packed and then written as text

# Each place where a key may begin, also one within another.
KEY = re.compile(rb"(?=(sk_(?:test|live)_[0-9A-Za-z]{38}))")
ESCAPE = re.compile(
    rb"""
      (?<!\\)\\++ (?: [uU] \{? 0*+ ([0-9A-Fa-f]{2}) (?![0-9A-Fa-f]\}) \}?   # JSON, JavaScript, Rust
             | x \{? 0*+ ([0-9A-Fa-f]{2}) \}?                        # C, Python
             | ([0-7]{3})                                            # C, shells
             | [nrt] )                                               # white space
    | %(?:u00)? ([0-9A-Fa-f]{2})                                     # addresses and forms
    | = ([0-9A-Fa-f]{2})                                             # mails
    | &\# 0*+ ([0-9]{2,3}) ;?                                        # HTML
    | &\#[xX] 0*+ ([0-9A-Fa-f]{2}) ;?
    | (&lowbar;|&UnderBar;|\+AF8-)                                   # "_" by its names
    | (&amp;)
    """,
    re.VERBOSE,
)
BASES = (16, 16, 8, 16, 16, 10, 16)  # of the groups above that hold a number
COLOURS = re.compile(
    rb"(?:\x1b|\^\[|\#033|\\e|ESC|\xe2\x90\x9b)\[[0-?]{0,64}[ -/]{0,8}[@-~]"  # colours, movements
    rb"|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)"  # links of terminals
    rb"|\x1b[()][0-9A-Za-z]"
    rb"|[^\x08]\x08"  # typed over
    rb"|</?[A-Za-z][^<>]{0,200}>"  # marked in a page
)
NOT_IN_KEYS = bytes(set(range(256)) - set(tokens.ALPHABET.encode()) - {ord("_")})
BLANK = b" \t\r\n\v\f"
WEB_SAFE = bytes.maketrans(b"-_", b"+/")
BASE64 = re.compile(rb"[0-9A-Za-z+/]{60,}+")
HEX = re.compile(rb"[0-9A-Fa-f]{92,}+")
# A column of characters stands two blanks behind the bytes, but so does their own second half.
HEX_DUMPS = tuple(
    re.compile(
        rb"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{4,16}:?[ \t]{1,8}"
        rb"((?:[0-9A-Fa-f]{2}[ \t]{0,%d}){1,64})" % blanks
    )
    for blanks in (1, 2)
)
PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")  # gzip, zlib
EBCDIC = "cp037"
IN_EBCDIC = "sk_".encode(EBCDIC)
TO_ASCII = bytes(range(256)).decode(EBCDIC).encode("latin-1", "replace")


def keys_in(data: bytes, *, depth: int = 0) -> set[str]:
    """Return the well-formed keys that stand in these bytes, however they are written there."""
    found: set[str] = set()
    for text in _characters(data):
        found |= _standing(text)
        plain = COLOURS.sub(b"", _unescaped(text))
        found |= _standing(plain)
        found |= _standing(plain.translate(None, NOT_IN_KEYS))  # wrapped, or put together
        if depth < DEEPEST:
            for one in {text, plain}:
                for decoded in _decoded(one):
                    found |= keys_in(decoded, depth=depth + 1)
    return found


def _standing(text: bytes) -> set[str]:
    candidates = (match[1].decode() for match in KEY.finditer(text))
    return {candidate for candidate in candidates if tokens.environment_of(candidate)}


def _characters(data: bytes) -> Iterator[bytes]:
    """Yield the bytes as characters of one byte: UTF-16 and UTF-32 have zeros between them."""
    narrow = data.replace(b"\0", b"") if b"\0" in data else data
    yield narrow
    if narrow is not data:
        yield data  # what the zeros were a part of, such as a record with fields of fixed length
    if IN_EBCDIC in data:
        yield data.translate(TO_ASCII)
    if not narrow.isascii():
        # Full-width and other spellings become plain; what is invisible goes.
        text = unicodedata.normalize("NFKC", narrow.decode("utf-8", "replace"))
        yield text.encode("ascii", "ignore")


def _unescaped(text: bytes) -> bytes:
    for _ in range(ROUNDS):
        undone = ESCAPE.sub(_character, text)
        if undone == text:
            break
        text = undone
    return text


def _character(match: re.Match[bytes]) -> bytes:
    for base, digits in zip(BASES, match.groups(), strict=False):
        if digits is not None:
            number = int(digits, base)
            return bytes([number]) if number < 256 else b""
    if match[8]:
        return b"_"
    return b"&" if match[9] else b"\n"


def _decoded(text: bytes) -> Iterator[bytes]:
    """Yield what stands in the text as hexadecimal digits or in base64, where it may hold a key."""
    dumps = [b"".join(match[1] for match in dump.finditer(text)) for dump in HEX_DUMPS]
    solid = text.translate(None, BLANK)
    for digits in (*(dump.translate(None, BLANK) for dump in dumps), solid):
        for run in HEX.finditer(digits):
            for shift in (0, 1):
                usable = run[0][shift:]
                yield from _promising(binascii.unhexlify(usable[: len(usable) // 2 * 2]))
    for run in BASE64.finditer(solid.translate(WEB_SAFE)):
        for shift in range(4):  # a word before it may have become a part of the run
            usable = run[0][shift:]
            rest = len(usable) % 4
            usable = usable[:-1] if rest == 1 else usable + b"=" * (-rest % 4)
            yield from _promising(binascii.a2b_base64(usable))


def _promising(decoded: bytes) -> Iterator[bytes]:
    """Yield what is worth reading: text, packed text, or a key among other bytes."""
    for start in range(4):  # what went before may have left a few bytes
        if decoded.startswith(PACKED, start):
            with suppress(zlib.error):
                yield zlib.decompressobj(wbits=47).decompress(decoded[start:], MOST_UNPACKED)
            return
    if decoded[3:-6].isascii():
        yield decoded[3:] if not decoded[:3].isascii() else decoded
    elif b"sk_" in decoded.replace(b"\0", b""):
        yield decoded
