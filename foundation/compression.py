"""Compresses an answer for whoever asks for it, if its view vouches that no secret is in it.

The length of a compressed answer tells how much its parts are alike. So who can put text of their
own beside a secret, and sees the lengths, guesses it piece by piece (BREACH). Hence no answer with
a key, a token or a form is ever compressed, and any other is lengthened by some bytes at random.
"""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from gzip import GzipFile
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

LEAST = 1024  # bytes; less is not worth it
LEVEL = 3  # of 9: half the time of the usual 6, for a few per cent more bytes
LENGTHENED = 100  # bytes at random, fewer than that
LONGEST_READ = 1000  # characters of the header
_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def compress(response: HttpResponseBase, meta: Mapping[str, Any]) -> None:
    """Compress an answer of success, if the client prefers that and it is long enough.

    One that comes in pieces is compressed as they come, and each is sent at once.
    """
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        patch_vary_headers(response, ["Accept-Encoding"])
        if prefers_gzip(meta.get("HTTP_ACCEPT_ENCODING", "")):
            _weaken(response)
    if response.status_code != HTTPStatus.OK:
        return
    if isinstance(response, HttpResponse) and len(response.content) < LEAST:
        return
    patch_vary_headers(response, ["Accept-Encoding"])
    if not prefers_gzip(meta.get("HTTP_ACCEPT_ENCODING", "")):
        return
    if isinstance(response, StreamingHttpResponse):
        pieces: Iterator[bytes] = iter(response.streaming_content)  # type: ignore[arg-type]
        response.streaming_content = compressed(pieces)
    elif isinstance(response, HttpResponse):
        response.content = b"".join(compressed([response.content]))
        response.headers["Content-Length"] = str(len(response.content))
        if meta.get("REQUEST_METHOD") == "HEAD":  # a GET would have another length each time
            del response.headers["Content-Length"]
    response.headers["Content-Encoding"] = "gzip"
    _weaken(response)


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each piece compressed; what breaks off in between has no end that is valid."""
    written = io.BytesIO()
    name = "-" * secrets.randbelow(LENGTHENED)  # what lengthens it: no reader looks at it
    with GzipFile(name, "wb", compresslevel=LEVEL, fileobj=written, mtime=0) as file:
        for piece in pieces:
            file.write(piece)
            file.flush()
            yield _taken(written)
    yield _taken(written)


def prefers_gzip(header: str) -> bool:
    """Say whether an `Accept-Encoding` has gzip at least as much as what is not compressed.

    What cannot be read of it is not asked for, and nothing by one that is longer than any that
    says something: cut short, `gzip;q=0` would ask for what it refuses.
    """
    if len(header) > LONGEST_READ:
        return False
    weights: dict[str, float] = {}
    for element in header.lower().split(","):
        name, *parameters = element.split(";")
        weights.setdefault(name.strip(), _weight(parameters))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _weight(parameters: list[str]) -> float:
    if not parameters:
        return 1.0
    found = _WEIGHT.fullmatch(parameters[0].strip())
    return float(found[1]) if found and len(parameters) == 1 else 0.0


def _taken(written: io.BytesIO) -> bytes:
    data = written.getvalue()
    written.seek(0)
    written.truncate()
    return data


def _weaken(response: HttpResponseBase) -> None:
    """Let the ETag name what the answer says, and no longer its bytes, which differ each time."""
    etag = response.headers.get("ETag", "")
    if etag.startswith('"'):
        response.headers["ETag"] = f"W/{etag}"
