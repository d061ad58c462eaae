"""Who asks for a compressed answer gets one where it is worth it, and nobody else does."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from hypothesis import given
from hypothesis import strategies as st

from foundation.compression import (
    LEAST,
    LENGTHENED,
    LONGEST_READ,
    compress,
    compressed,
    prefers_gzip,
)

ASKS = {"HTTP_ACCEPT_ENCODING": "gzip"}
LONG = b"a" * LEAST


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        "header",
        [
            *("gzip", "GZip", "x-gzip", "*", "deflate, gzip", "gzip, deflate, br, zstd"),
            *("gzip;q=0.001", "gzip; q=1.000", "gzip ;q=0.5 , identity;q=0.5", "gzip, *;q=0"),
            *("identity;q=0, gzip;q=0.1", "*;q=0.2", "gzip, identity", ", gzip,"),
        ],
    )
    def test_gzip(self, header: str) -> None:
        assert prefers_gzip(header)

    @pytest.mark.parametrize(
        "header",
        [
            *("", "identity", "br", "deflate", "gzip;q=0", "gzip;q=0.000", "x-gzip;q=0", "*;q=0"),
            *("gzip;q=0.5, identity", "gzip;q=0, *", "identity, *;q=0.1", "identity;q=0"),
            *("gzip;q=2", "gzip;q=", "gzip;q=-1", "gzip;q=nan", "gzip;level=9", "gzipped", "agzip"),
            *("gzip;q=0.1234", "gzip;q=1;q=1", "a" * 2000 + ",gzip"),
            *("," * (LONGEST_READ - 4) + "gzip;q=0", "gzip" + "," * LONGEST_READ),
        ],
    )
    def test_not_gzip(self, header: str) -> None:
        assert not prefers_gzip(header)

    @given(st.text(st.sampled_from("gzip*;q=01., ")))
    def test_nothing_makes_it_fail(self, header: str) -> None:
        assert prefers_gzip(header) in (True, False)


class TestAnAnswer:
    def test_a_long_one_is_compressed(self) -> None:
        response = HttpResponse(LONG, headers={"ETag": '"a"', "Content-Length": str(LEAST)})
        compress(response, ASKS)
        assert gzip.decompress(response.content) == LONG
        assert response.headers["Content-Encoding"] == "gzip"
        assert int(response.headers["Content-Length"]) == len(response.content) < LEAST
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers["ETag"] == 'W/"a"'

    def test_a_long_one_varies_also_where_it_is_not(self) -> None:
        response = HttpResponse(LONG, headers={"ETag": '"a"'})
        compress(response, {})
        assert response.content == LONG
        assert "Content-Encoding" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers["ETag"] == '"a"'

    @pytest.mark.parametrize(
        "response", [HttpResponse(LONG[1:]), HttpResponse(LONG, status=400), HttpResponse(b"")]
    )
    def test_a_short_one_and_a_refusal_stay_as_they_are(self, response: HttpResponse) -> None:
        before = (response.content, dict(response.headers))
        compress(response, ASKS)
        assert (response.content, dict(response.headers)) == before

    def test_one_without_a_body_has_none_after(self) -> None:
        response = HttpResponse(status=304, headers={"ETag": '"a"'})
        compress(response, ASKS)
        assert (response.content, response.headers["ETag"]) == (b"", 'W/"a"')
        assert response.headers["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in response.headers

    def test_its_length_tells_no_more_than_roughly_how_long_it_was(self) -> None:
        lengths = {len(b"".join(compressed([LONG]))) for _ in range(200)}
        assert len(lengths) > 10
        assert max(lengths) - min(lengths) <= LENGTHENED


class TestAnAnswerInPieces:
    def test_each_piece_is_sent_when_it_comes(self) -> None:
        made: list[bytes] = []

        def pieces() -> Iterator[bytes]:
            for piece in (b"first", b"second", b"third"):
                made.append(piece)
                yield piece

        response = StreamingHttpResponse(pieces())
        compress(response, ASKS)
        assert response.headers["Content-Encoding"] == "gzip"
        reader, read = zlib.decompressobj(wbits=31), b""
        for piece in response:
            read += reader.decompress(piece)
            assert read == b"".join(made)
        assert reader.eof

    def test_one_that_breaks_off_does_not_look_whole(self) -> None:
        def pieces() -> Iterator[bytes]:
            yield b"first"
            raise ValueError

        reader = zlib.decompressobj(wbits=31)
        stream = compressed(pieces())
        assert reader.decompress(next(stream)) == b"first"
        with pytest.raises(ValueError, match=r"^$"):
            next(stream)
        assert not reader.eof
