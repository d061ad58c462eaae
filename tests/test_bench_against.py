"""The load tool holds the service against another one, in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import against, comparing
from bench.against import Other
from bench.comparing import Side
from bench.measuring import Bench
from bench.service import ROOT, ServiceFailed
from tests.doors import free_port
from tests.other_started import OTHER, QUICK, command, side, told


@contextmanager
def two(*words: str, env: Mapping[str, str] | None = None) -> Iterator[tuple[Side, Side]]:
    """Let two services run in which ours and the other are the same program; `env` is one's own."""
    with (
        side("ours", told(port=free_port())) as ours,
        side("other", told(*words, env=env, port=free_port())) as other,
    ):
        yield ours, other


class TestTheWholeTool:
    def test_both_are_measured_and_compared(self, tmp_path: Path) -> None:
        port, written = free_port(), tmp_path / "figures.json"
        words = [*QUICK, "--repeat", "2", "--only", "create,once,receipt5,revoke"]
        words += ["--json", str(written), "--against", command(port)]
        words += ["--against-url", f"http://127.0.0.1:{port}/v1"]
        words += ["--against-header", "X-API-Key: sesame", "--against-path", "/memory=/v1/memory"]
        words += ["--against-env", "KEY=sesame", "--against-env", "PREFIX=/v1"]
        done = subprocess.run(
            [sys.executable, "-m", "bench", *words],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "sesame" not in done.stdout
        assert "once is left out: a store with the same Idempotency-Key is a store" in done.stdout
        assert "receipt5 is left out: no receipt comes" in done.stdout
        held = json.loads(written.read_text())
        assert str(OTHER) in held["other"]
        assert held["ours"] == against.version(ROOT)
        names = ["create", "revoke"]
        for which in ("figures", "other_figures", "ratios"):
            assert [one["operation"] for one in held[which]] == names
        for one in held["ratios"]:
            for of in ("requests_per_second", "p50_ms", "p99_ms"):
                assert 0 < one[of]["least"] <= one[of]["median"] <= one[of]["most"]
        assert sorted(held["left_out"]) == ["once", "receipt5"]


class TestComparing:
    def test_who_is_first_changes_from_run_to_run(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        turns: list[tuple[str, str]] = []
        measure = comparing._measure

        def noted(side: Side, bench: Bench, name: str, connections: int) -> None:
            turns.append((side.name, name))
            measure(side, bench, name, connections)

        monkeypatch.setattr(comparing, "_measure", noted)
        parsed = told("--only", "read5,continue", "--repeat", "2", port=1)
        with two() as (ours, other):
            assert comparing.prepare(parsed, ours, other) == {}
            comparing.compare(parsed, ours, other, {})
        assert turns == [
            ("ours", "read5"),
            ("other", "read5"),
            ("other", "continue"),
            ("ours", "continue"),
            ("other", "read5"),
            ("ours", "read5"),
            ("ours", "continue"),
            ("other", "continue"),
        ]
        printed = capsys.readouterr().out
        assert [printed.count(word) for word in ("Run 1 of 2", "Medians of 2")] == [1, 1]
        assert comparing.print_errors((ours, other)) == 0

    def test_what_the_other_does_not_have_is_left_out(self) -> None:
        parsed = told("--only", "create,continue,revoke", port=1)
        with two(env={"WITHOUT": "/memory/read/continue"}) as (ours, other):
            left_out = comparing.prepare(parsed, ours, other)
            compared = comparing.compare(parsed, ours, other, left_out)
        assert left_out.keys() == {"continue"}
        assert left_out["continue"].startswith("POST /memory/read/continue is answered 404: ")
        assert [one.operation for one in compared.ratios] == ["create", "revoke"]

    def test_an_operation_that_needs_what_is_missing_is_left_out_too(self) -> None:
        parsed = told("--only", "create,continue", port=1)
        with two(env={"WITHOUT": "/memory/read"}) as (ours, other):
            assert comparing.prepare(parsed, ours, other).keys() == {"continue"}

    def test_a_service_that_stores_nothing_cannot_be_compared(self) -> None:
        with (
            two(env={"KEY": "sesame"}) as (ours, other),
            pytest.raises(ServiceFailed, match="cannot be filled: POST /memory is answered 401"),
        ):
            comparing.prepare(told(port=1), ours, other)

    def test_other_statuses_are_errors(self, capsys: pytest.CaptureFixture[str]) -> None:
        parsed = told("--only", "revoke", port=1)
        with two(env={"FAIL": "/memory/revoke"}) as (ours, other):
            assert comparing.prepare(parsed, ours, other) == {}
            compared = comparing.compare(parsed, ours, other, {})
        assert comparing.print_errors((ours, other)) == other.errors.total() > 0
        assert "other: " in (said := capsys.readouterr().err)
        assert 'revoke: 500 instead of 200: {"detail": "Sorry"}' in said
        (ratios,) = compared.ratios
        assert ratios.of["p50_ms"] is None

    def test_a_service_that_goes_away_is_named(self) -> None:
        parsed = told("--only", "read5", "--requests", "100000", "--seconds", "60", port=1)
        with two(env={"GONE_AFTER": "2000"}) as (ours, other):
            comparing.prepare(parsed, ours, other)
            with pytest.raises(ServiceFailed, match="The other service is gone"):
                comparing._measure(other, other_bench(other), "read5", 2)

    def test_a_service_that_runs_already_is_filled_as_ours_is(self) -> None:
        port = free_port()
        with (
            side("ours", told(port=port)) as running,
            side("other", told("--against-url", f"http://127.0.0.1:{port}")) as found,
        ):
            assert found.target.pid is None
            facts = comparing.both(Other("found", found.endpoint, found.target), found, 12)
            assert facts["other rows"].startswith("10 of ")
            assert "not seen" in facts["other CPU"]
            parsed = told("--only", "create", port=1)
            left_out = comparing.prepare(parsed, running, found)
            compared = comparing.compare(parsed, running, found, left_out)
            (ratios,) = compared.ratios
            assert ratios.of["application_cpu_us"] is None
            assert ratios.of["p50_ms"] is not None

    def test_as_many_are_stored_as_are_asked_for(self) -> None:
        with side("other", told(port=free_port())) as other:
            assert other.api.fill(1_504, seconds=600) == 1_500
            assert other.api.fill(1_504, seconds=0) == 0

    def test_its_processor_time_is_seen_by_its_process(self) -> None:
        port = free_port()
        pid = str(os.getpid())
        words = ("--against-url", f"http://127.0.0.1:{port}", "--against-pid", pid)
        with side("ours", told(port=port)), side("other", told(*words)) as found:
            assert found.target.pid == os.getpid()


def other_bench(other: Side) -> Bench:
    return Bench(other.target, other.workload, seconds=60, most=100_000)
