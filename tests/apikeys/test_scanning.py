"""Keys are found however they are written, packed or encoded, and without looking twice."""

from __future__ import annotations

import base64
import gzip
import json
import zipfile
from io import BytesIO

import pytest

from apikeys import scanning, tokens
from apikeys.leaked_files import NotRead, keys_of

KEY = tokens.new_key("live")
BYTES = KEY.encode()
HALF, REST = BYTES[:20], BYTES[20:]
MARKED = b"sk_live_<b>" + BYTES[8:20] + b"</b>" + REST


def each(form: str) -> bytes:
    return "".join(form.format(code) for code in BYTES).encode()


WRITTEN = {
    "as it is": BYTES,
    "behind an escaped line's end": b"\\n" + BYTES,
    "behind a colour": b"\x1b[32m" + BYTES + b"\x1b[0m",
    "behind an escaped sign": b"key%3D" + BYTES,
    "within a longer word": b"my__" + BYTES + b"__x9",
    "behind another's beginning": b"sk_live_sk_live_" + BYTES,
    "in JSON's escapes": each("\\u{:04x}"),
    "in JSON within JSON": json.dumps(json.dumps(each("\\u{:04x}").decode())).encode(),
    "in C's escapes": each("\\x{:02x}"),
    "in octal escapes": each("\\{:03o}"),
    "in eight digits": each("\\U{:08x}"),
    "in braces": each("\\u{{{:x}}}"),
    "in an address": each("%{:02X}"),
    "in an address within an address": each("%25{:02X}"),
    "in HTML": each("&#{};"),
    "in HTML's hexadecimal": each("&amp;#x{:x};"),
    "in a mail": b"sk=5Flive=5F" + BYTES[8:20] + b"=\r\n" + REST,
    "in UTF-7": b"sk+AF8-live+AF8-" + BYTES[8:],
    "in Markdown": b"sk\\_live\\_" + BYTES[8:],
    "wrapped": HALF + b"\n      " + REST,
    "wrapped in a quotation": HALF + b"\r\n> > " + REST,
    "wrapped by an escape": HALF + b"\\n" + REST,
    "put together": b'"' + HALF + b'" +\n  "' + REST + b'"',
    "coloured within": HALF + b"\x1b[0;1m" + REST,
    "coloured within, escaped": HALF + b"\\u001b[0;1m" + REST,
    "marked in a page": MARKED,
    "typed over": b"".join(bytes([code, 8, code]) for code in BYTES),
    "in full-width signs": KEY.replace("_", "\uff3f").encode(),
    "with invisible characters": (KEY[:12] + "\u200b" + KEY[12:]).encode(),
    "in Latin-1": b"\xfc" + BYTES + b"\xfc",
    "in UTF-16": KEY.encode("utf-16"),
    "in UTF-16, the other way round": ("\u00fc" + KEY + "\u6f22").encode("utf-16-be"),
    "in UTF-16, cut in the middle of a character": b"a" + KEY.encode("utf-16-le"),
    "in UTF-32": KEY.encode("utf-32"),
    "in EBCDIC": KEY.encode("cp500"),
    "in base64": base64.b64encode(BYTES),
    "as a password of HTTP": b"Basic " + base64.b64encode(b"x:" + BYTES),
    "in base64 of a mail": base64.encodebytes(b"hello " * 9 + BYTES + b" bye"),
    "in base64 of an address": base64.urlsafe_b64encode(b"??>" + BYTES),
    "in base64 of UTF-16": base64.b64encode(KEY.encode("utf-16-le")),
    "in packed base64": base64.b64encode(base64.b64encode(gzip.compress(BYTES))),
    "in a column of bytes": b"\\x61" + BYTES.hex().encode(),
    "in hexadecimal": b"0x" + BYTES.hex().upper().encode(),
    "in a hexadecimal dump": (
        b"00000000: 6162 " + BYTES[:14].hex(" ", 2).encode() + b"  ab" + BYTES[:14] + b"\n"
        b"00000010: " + BYTES[14:30].hex(" ", 2).encode() + b"  " + BYTES[14:30] + b"\n"
        b"00000020: " + BYTES[30:].hex(" ", 2).encode() + b"  " + BYTES[30:] + b"\n"
    ),
}


def test_characters_beside_a_dump_are_none_of_its_bytes() -> None:
    """Those of the second line begin with two digits."""
    key = "sk_live_GGhGfk78KdgqYz6dSIdPqsPojFFeoVoX3OVczd"
    rows = [key[start : start + 16].encode() for start in (0, 14, 30)]
    rows[0] = rows[0][:14]
    dump = b"".join(
        f"{number:08x}: ".encode() + row.hex(" ", 2).encode() + b"  " + row + b"\n"
        for number, row in enumerate(rows)
    )
    assert scanning.keys_in(dump) == {key}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_key_is_found_however_it_is_written(written: bytes) -> None:
    assert scanning.keys_in(written) == {KEY}
    assert scanning.keys_in(b"GET /x " + written + b" 200\n") == {KEY}


class CountingStream(BytesIO):
    """Gives a few bytes at a time, as a pipe does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 4096))


def found_in(data: bytes) -> tuple[set[str], list[str]]:
    parts = list(keys_of(CountingStream(data)))
    keys = [part for part in parts if not isinstance(part, NotRead)]
    return set().union(*keys), [str(part) for part in parts if isinstance(part, NotRead)]


class TestFiles:
    def test_a_key_across_the_border_of_two_parts_is_found(self) -> None:
        for written in (BYTES, KEY.encode("utf-16-le"), each("\\u{:04x}")):
            for before in (10, len(written) // 2, len(written) - 1):
                data = b"-" * (scanning.CHUNK - before) + written + b"-" * scanning.CHUNK
                assert found_in(data) == ({KEY}, [])

    def test_an_archive_within_a_packed_file_is_read(self) -> None:
        inner = BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("log", KEY.encode("utf-16"))
            archive.writestr("log.gz", gzip.compress(BYTES))
        assert found_in(gzip.compress(inner.getvalue())) == ({KEY}, [])

    def test_several_packed_parts_one_behind_the_other_are_read(self) -> None:
        other = tokens.new_key("test")
        data = gzip.compress(BYTES) + gzip.compress(other.encode())
        assert found_in(data) == ({KEY, other}, [])

    def test_what_breaks_off_is_read_as_far_as_it_goes_and_said(self) -> None:
        noise = bytes(range(256)) * 400
        whole = gzip.compress(BYTES + b"\n" + noise, compresslevel=0)
        keys, said = found_in(whole[: len(whole) // 2])
        assert keys == {KEY}
        assert said == ["what is packed in it is broken (EOFError)"]

    def test_nothing_is_said_of_an_empty_one(self) -> None:
        assert found_in(b"") == (set(), [])


@pytest.mark.parametrize(
    "unit",
    [b"\\", b"sk_live_", b"<a", b"\x1b[", b"\x1b]", b"&#0", b"0", b"%25", b"\\u0", b"=3D", b"a "],
)
def test_long_noise_is_walked_through_a_bounded_number_of_times(unit: bytes) -> None:
    """Quadratic work on these would not end within the patience of whoever runs the tests."""
    assert scanning.keys_in(unit * (2_000_000 // len(unit)) + BYTES) == {KEY}
