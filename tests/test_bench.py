"""The load tool's own arithmetic. What it measures, no test looks at."""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, repeat
from typing import Any
from uuid import UUID

import pytest

from accounts.models import AuditEvent, EventType
from bench import processor
from bench.baseline import NEW_EACH_TIME, BaselineFailed, literal, script, translated
from bench.endpoints import Endpoint
from bench.inside import Sent, environ_of, recorded_statements
from bench.load import Load
from bench.report import COLUMNS, Figures, median, percentile, prices, row
from bench.responses import closes
from bench.rows import Rows, fill, only_tenant
from bench.scenarios import HIDDEN_BY_REVOKE, OPERATIONS, Workload
from memory import functions
from memory.models import Memory
from tests.doors import Api, Response

ANSWER = b"HTTP/1.1 201 Created\r\nServer: x\r\ncontent-length: 7\r\n\r\n{'a':1}"
STAT = "4242 (guni (corn) :) S 17 4242 4242 0 -1 4194560 9 0 0 0 150 25 300 400 20 0 9 0 1 2 3"


def figures(**fields: Any) -> Figures:
    known: dict[str, Any] = {
        "operation": "create",
        "connections": 16,
        "requests": 100,
        "requests_per_second": 500.0,
        "p50_ms": 2.0,
        "p99_ms": 9.0,
        "application_cpu_us": 1000.0,
        "database_cpu_us": None,
        "errors": 0,
        "generator_share": 0.1,
        "others_share": 0.25,
        **fields,
    }
    return Figures(**known)


class TestPercentile:
    def test_it_is_a_value_that_was_seen(self) -> None:
        assert percentile([4, 1, 3, 2], 0.5) == 2
        assert percentile(range(1, 101), 0.99) == 99
        assert percentile(range(1, 102), 0.99) == 100

    def test_one_value_is_its_own_percentile_and_no_value_has_none(self) -> None:
        assert percentile([7], 0.99) == percentile([7], 0.01) == 7
        assert math.isnan(percentile([], 0.5))


class TestLoad:
    """A load on a server that answers each request in two pieces, and with what it is told."""

    @pytest.fixture
    def listener(self) -> Iterator[socket.socket]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            yield listener

    def serve(self, listener: socket.socket, answers: list[bytes]) -> threading.Thread:
        def answer() -> None:
            while answers:
                connection, _ = listener.accept()
                with connection:
                    while answers and connection.recv(1000):
                        next_one = answers.pop(0)
                        connection.sendall(next_one[:30])
                        connection.sendall(next_one[30:])
                        if not next_one or closes(next_one):
                            break

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        return thread

    def run(self, listener: socket.socket, answers: list[bytes]) -> tuple[int, dict[str, int]]:
        count = len(answers)
        thread = self.serve(listener, answers)
        load = Load(listener.getsockname(), 1)
        measured = load.run(repeat(b"x"), expected=201, seconds=60, limit=count)
        load.close()
        thread.join(timeout=10)
        return measured.answers, dict(measured.errors)

    def test_answers_are_counted_once_however_they_arrive(self, listener: socket.socket) -> None:
        assert self.run(listener, [ANSWER] * 5) == (5, {})

    def test_another_status_is_an_error(self, listener: socket.socket) -> None:
        refused = b'HTTP/1.1 401 No\r\nContent-Length: 24\r\n\r\n{"a":1,"request_id":"b"}'
        assert self.run(listener, [ANSWER, refused, refused]) == (
            1,
            {'401 instead of 201: {"a":1': 2},
        )

    def test_a_lost_connection_is_an_error_and_is_made_anew(self, listener: socket.socket) -> None:
        lost = {"connection closed before the answer was whole": 1}
        assert self.run(listener, [ANSWER, b"", ANSWER]) == (2, lost)

    def test_a_server_that_closes_as_announced_is_no_error(self, listener: socket.socket) -> None:
        closing = ANSWER.replace(b"Server: x", b"Connection: close")
        assert self.run(listener, [closing, closing]) == (2, {})


class TestProcessorTime:
    def test_the_name_of_a_process_may_look_like_fields(self) -> None:
        seen = processor.parsed(STAT)
        assert (seen.parent, seen.session, seen.began, seen.ended) == (17, 4242, 1, False)
        assert seen.seconds == 175 / processor.TICKS_PER_SECOND
        assert processor.parsed(STAT.replace(") S ", ") Z ")).ended

    def test_a_family_is_all_that_descend_from_a_process(self) -> None:
        nested = "import subprocess, sys; subprocess.run(['sleep', '60'])"
        process = subprocess.Popen([sys.executable, "-c", nested], start_new_session=True)
        try:
            while len(found := processor.family(process.pid)) < 2:
                assert process.poll() is None
            assert process.pid in found
            assert {one.session for one in found.values()} == {process.pid}
            assert found.keys() < processor.family(os.getpid()).keys()
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def test_time_from_before_does_not_count(self) -> None:
        assert processor.used_between({1: 5.0, 2: 1.0}, {1: 6.5, 3: 0.25}) == 1.75

    def test_the_machine_is_busy_when_it_neither_idles_nor_waits(self) -> None:
        ticks = processor.machine_seconds("cpu  1 2 4 1000 2000 8 16 32 64 0\ncpu0 1 1 1 1 1\n")
        assert ticks == 63 / processor.TICKS_PER_SECOND


class TestReport:
    def test_what_an_operation_costs_more_is_told_beside_the_plain_one(self) -> None:
        plain = figures(operation="read5", application_cpu_us=1000.0, requests_per_second=500.0)
        more = figures(operation="receipt5", application_cpu_us=1250.0, requests_per_second=400.0)
        unseen = figures(operation="receipt5", connections=1)
        blind = figures(operation="receipt5", connections=64, application_cpu_us=None)
        seen = [plain, more, unseen, blind, figures(operation="read5", connections=64)]
        (told,) = prices(seen, {"receipt5": "read5", "read5": ""})
        assert told == (
            "receipt5 beside read5 at 16: +250 µs of the service's processor time a request"
            " (1.25 times as much), 0.80 times as many requests a second"
        )

    def test_the_median_is_of_each_figure_and_no_error_is_lost(self) -> None:
        middle = median(
            [
                figures(p50_ms=1.0, p99_ms=30.0, errors=2),
                figures(p50_ms=3.0, p99_ms=10.0),
                figures(p50_ms=2.0, p99_ms=20.0, pgbench_per_second=900.0),
            ]
        )
        assert (middle.p50_ms, middle.p99_ms, middle.errors) == (2.0, 20.0, 2)
        assert (middle.database_cpu_us, middle.pgbench_per_second) == (None, 900.0)
        assert (middle.operation, middle.connections, middle.requests) == ("create", 16, 300)

    def test_what_was_not_seen_is_a_dash(self) -> None:
        cells = row(figures(p99_ms=math.nan)).split()
        named = dict(zip([name for name, _ in COLUMNS], cells, strict=False))
        assert named["p50 ms"] == "2.0"
        assert named["p99 ms"] == named["db µs/req"] == "-"

    def test_the_ratio_is_service_to_pgbench(self) -> None:
        assert row(figures().compared_with(2000.0)).split()[-2:] == ["2000", "0.250"]


class TestBaseline:
    def test_every_placeholder_has_its_value(self) -> None:
        assert translated("SELECT %s\n  , %s", [1, None]) == "SELECT 1 , NULL"
        with pytest.raises(BaselineFailed):
            translated("SELECT %s", [1, 2])

    def test_what_must_be_new_is_new_in_every_insert(self) -> None:
        statement = (
            "WITH a AS (INSERT INTO t (name, id) VALUES (%s, %s) RETURNING held(%s))"
            " INSERT INTO u (id, name) VALUES (%s, %s)"
        )
        new = NEW_EACH_TIME["id"]
        assert translated(statement, ["n", 1, 2, 3, "m"]) == (
            f"WITH a AS (INSERT INTO t (name, id) VALUES ('n', {new}) RETURNING held(2))"
            f" INSERT INTO u (id, name) VALUES ({new}, 'm')"
        )

    def test_what_must_be_new_is_new_in_what_a_function_is_given(self) -> None:
        takes = functions.STORE.takes
        made = translated(functions.STORE.call, [f"v{number}" for number in range(len(takes))])
        given = made.partition("(")[2].removesuffix(")")
        for one in ("m_id uuid", "e_id uuid", "e_decision_id uuid"):
            assert f"'v{takes.index(one)}'" not in given
        assert given.count(NEW_EACH_TIME["id"]) == 3
        assert given.count("'v") == len(takes) - 3

    def test_an_id_that_is_looked_for_stays(self) -> None:
        assert translated("SELECT 1 FROM t WHERE id = %s", [7]).endswith("WHERE id = 7")

    def test_no_string_holds_what_pgbench_would_replace(self) -> None:
        assert literal('{"a":"it\'s"}') == """E'{"a"\\x3a"it''s"}'"""
        assert literal(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)).count(":") == 2  # of the type
        assert literal([UUID(int=1)]).startswith("ARRAY['00000000-")
        assert literal(b"\x01\xff") == "'\\x01ff'::bytea"

    def test_transactions_are_as_they_were_sent(self) -> None:
        alone = Sent("SELECT 1", (), in_transaction=False)
        within = Sent("INSERT INTO t (a) VALUES (%s)", (1,), in_transaction=True)
        lines = script([alone, within, within]).splitlines()
        insert = "INSERT INTO t (a) VALUES (1);"
        assert lines == ["SELECT 1;", "BEGIN;", insert, insert, "COMMIT;"]

    def test_what_was_not_seen_is_not_compared(self) -> None:
        with pytest.raises(BaselineFailed):
            script([Sent("SELECT 1", (), in_transaction=False)])

    def test_a_create_is_seen_with_its_record(self, api: Api) -> None:
        api.remember()  # the first of a project makes the rows that count it
        with recorded_statements() as sent:
            api.remember()
        made = script(sent)
        whole = "memory_store(" in made
        assert whole or "INSERT INTO memory_memory" in made
        assert whole or "INSERT INTO accounts_auditevent" in made
        assert made.count(NEW_EACH_TIME["id"]) == 3  # the memory, its record, the decision


class TestWorkload:
    """The requests, and the rows that they are about, tried on the product itself."""

    @pytest.fixture
    def workload(self, api: Api) -> Workload:
        endpoint = Endpoint("127.0.0.1", 80, {"X-API-Key": api.key or ""})
        return Workload(endpoint, Rows(only_tenant()))

    def post(self, api: Api, request: bytes) -> Response:
        return api.post(request.split(b" ")[1].decode(), request.partition(b"\r\n\r\n")[2])

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_the_service_answers_as_expected(self, api: Api, workload: Workload, name: str) -> None:
        operation = OPERATIONS[name]
        workload.prepare(operation)
        requests = workload.requests(operation, at_most=3)
        for request in islice(requests, 3):
            assert self.post(api, request).status_code == operation.expected

    @pytest.mark.parametrize("name", ["read5", "receipt5", "read50", "continue"])
    def test_a_read_finds_as_many_as_it_says(self, api: Api, workload: Workload, name: str) -> None:
        operation = OPERATIONS[name]
        workload.prepare(operation)
        self.post(api, next(workload.requests(operation, at_most=1)))
        event = AuditEvent.objects.get(event_type=EventType.MEMORY_READ)
        assert len(event.memory_ids) == operation.reads

    def test_a_revoke_hides_what_was_made_for_it(self, api: Api, workload: Workload) -> None:
        self.post(api, next(workload.requests(OPERATIONS["revoke"], at_most=2)))
        assert Memory.objects.exclude(hidden_at=None).count() == HIDDEN_BY_REVOKE

    def test_the_table_can_be_filled(self, api: Api) -> None:
        fill(only_tenant(), 20)
        filled = Memory.objects.filter(user_id__startswith="filled-")
        assert filled.count() == 20
        assert filled.values("subject_id").distinct().count() == 4
        assert AuditEvent.objects.filter(user_id__startswith="filled-").count() == 20

    def test_each_create_with_a_key_has_one_of_its_own(self, workload: Workload) -> None:
        operation = OPERATIONS["once"]
        workload.prepare(operation)
        twice = [workload.requests(operation, at_most=9) for _ in range(2)]
        keys = {
            environ_of(request)["HTTP_IDEMPOTENCY_KEY"]
            for requests in twice
            for request in islice(requests, 9)
        }
        assert len(keys) == 18
