"""Requests are put together alike, in whatever pieces they come."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import get_resolver
from gunicorn.config import Config
from hypothesis import given
from hypothesis import strategies as st

from apikeys.api import KeyedAPIView
from config.errors import STATUS
from config.serving import bodies, gathering, outlet
from config.serving.bodies import LARGEST, TAKEN, KeptBody
from config.serving.gathering import LONGEST_HEAD, Gathering, Refused
from tests.serving.test_chunks import pieces
from tests.test_routes import routes

KEPT = LARGEST + 1
LARGER = 2 * TAKEN
PEER = ("192.0.2.1", 4711)
GET = b"GET /policy HTTP/1.1\r\nHost: a\r\n\r\n"


def post(body: bytes, *headers: str, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    lines = ["POST /memory HTTP/1.1", "Host: a", f"Content-Length: {size}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(body: bytes) -> bytes:
    head = b"POST /memory HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def requests(data: bytes, cuts: list[int] | None = None) -> list[tuple[str, bytes]]:
    """Return the requests that come in these pieces, each with its body."""
    gathered = Gathering(Config(), PEER)
    found = []
    for piece in pieces(data, cuts or []):
        request = gathered.take(piece)
        while request is not None:
            found.append((request.path, request.body.read()))
            gathered.close()
            request = gathered.take(b"")
    assert not gathered.begun
    return found


def refused(data: bytes) -> Refused:
    with pytest.raises(Refused) as info:
        Gathering(Config(), PEER).take(data)
    return info.value


@given(cuts=st.lists(st.integers(0, 40), max_size=30))
def test_several_requests_in_a_row_are_told_apart(cuts: list[int]) -> None:
    sent = GET + post(b'{"a": 1}') + chunked(b'{"b": 2}') + post(b"") + GET
    assert requests(sent, cuts) == [
        ("/policy", b""),
        ("/memory", b'{"a": 1}'),
        ("/memory", b'{"b": 2}'),
        ("/memory", b""),
        ("/policy", b""),
    ]


@pytest.fixture
def a_larger_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one path take larger bodies than all others, and larger than is taken in otherwise."""
    monkeypatch.setattr(bodies, "LARGER", {"/memory": LARGER})


def test_as_much_is_kept_as_the_application_looks_at() -> None:
    assert LARGEST == settings.DATA_UPLOAD_MAX_MEMORY_SIZE == KeyedAPIView.largest_body
    takes = {
        f"/{route}": getattr(getattr(entry.callback, "view_class", None), "largest_body", LARGEST)
        for route, entry in routes(get_resolver().url_patterns)
    }
    assert {path: most for path, most in takes.items() if most != LARGEST} == bodies.LARGER
    for send in (post, chunked):
        assert requests(send(b"a" * (KEPT - 1)) + GET) == [
            ("/memory", b"a" * (KEPT - 1)),
            ("/policy", b""),
        ]
        assert requests(send(b"a" * TAKEN) + GET) == [
            ("/memory", b"a" * KEPT),
            ("/policy", b""),
        ]


def test_a_path_may_take_more(a_larger_body: None) -> None:
    for send in (post, chunked):
        for sent, kept in ((LARGER, LARGER), (LARGER + 1, LARGER + 1), (2 * LARGER, LARGER + 1)):
            assert requests(send(b"a" * sent) + GET) == [
                ("/memory", b"a" * kept),
                ("/policy", b""),
            ]
    gathered = Gathering(Config(), PEER)
    assert gathered.take(post(b"", length=2 * LARGER + 1)).path == "/memory"
    assert gathered.must_close


def test_a_path_may_take_more_also_where_it_is_spelled_in_percent(a_larger_body: None) -> None:
    sent = post(b"a" * LARGER).replace(b"/memory", b"/%6Demory", 1)
    assert requests(sent + GET) == [("/%6Demory", b"a" * LARGER), ("/policy", b"")]


def test_a_large_body_does_not_wait_in_memory(a_larger_body: None) -> None:
    gathered = Gathering(Config(), PEER)
    for size, in_memory in ((KEPT, True), (KEPT + 1, False)):
        gathered.take(post(b"a" * size, length=LARGER))
        assert gathered._body.in_memory is in_memory
        gathered.close()
        gathered = Gathering(Config(), PEER)


def test_a_disk_that_is_full_refuses_one_request_alone(
    a_larger_body: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(KeptBody, "take", full)
    for send in (post, chunked):
        assert refused(send(b"a")).status == "503 Service Unavailable"


def test_far_too_much_is_not_waited_for() -> None:
    gathered = Gathering(Config(), PEER)
    assert gathered.take(post(b"", length=TAKEN + 1)).path == "/memory"
    assert gathered.must_close
    gathered = Gathering(Config(), PEER)
    assert gathered.take(chunked(b"a" * (TAKEN + 1))[: TAKEN + 200]).path == "/memory"


@pytest.mark.parametrize(
    ("length", "word"), [(10, True), (KEPT, True), (0, False), (TAKEN + 1, False)]
)
def test_who_waits_for_a_word_hears_it_if_the_body_is_wanted(length: int, word: bool) -> None:
    gathered = Gathering(Config(), PEER)
    request = gathered.take(post(b"", "Expect: 100-continue", length=length))
    assert gathered.wants_continue is word
    assert (request is None) is word


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nX-API-Key sk_test_secret\r\n\r\n", "400"),
        (b"GET  / HTTP/1.1\r\n\r\n", "400"),
        (b"nonsense\r\n\r\n", "400"),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", "400"),
        (post(b"", "Content-Length: 5"), "400"),
        (post(b"", "Transfer-Encoding: chunked"), "400"),
        (post(b"", length=-1), "400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: secret\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nExpect: secret\r\n\r\n", "417"),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n", "414"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", "431"),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * LONGEST_HEAD, "431"),
        (b"\r\n\r\n", "400"),
    ],
)
def test_what_is_no_request_is_refused_without_repeating_it(head: bytes, status: str) -> None:
    error = refused(head)
    assert error.status.startswith(status)
    assert "secret" not in f"{error} {error.status} {error.detail}"


def test_bad_chunks_are_refused() -> None:
    assert refused(chunked(b"{}").replace(b"2\r\n", b"zz\r\n")).status == "400 Bad Request"


def test_refusals_have_the_statuses_of_the_contract() -> None:
    words = [outlet.MALFORMED, *gathering.REFUSALS.values()]
    words += [outlet.TOO_MANY, outlet.BUSY, outlet.TOO_SLOW, outlet.BROKEN_OFF, outlet.FAILED]
    for status, code, _ in words:
        assert status.startswith(f"{STATUS[code]:d} "), code
