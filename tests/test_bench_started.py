"""The load tool starts the other service of a comparison, finds it, and leaves nothing of it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from bench import against, processor
from bench.comparing import Side
from bench.scenarios import OPERATIONS
from bench.service import ROOT, ServiceFailed
from tests.doors import free_port
from tests.other_started import side, told


def is_there(pid: int) -> bool:
    seen = processor.process(pid)
    return seen is not None and not seen.ended


class TestStarting:
    def test_nothing_is_left_of_a_command_and_its_children(self) -> None:
        port = free_port()
        with side("other", told(env={"CHILD": "yes"}, port=port)) as other:
            assert other.target.pid is not None
            family = processor.family(other.target.pid)
            assert len(family) == 2
        assert [pid for pid in family if is_there(pid)] == []

    def test_nothing_is_left_when_a_measurement_breaks(self) -> None:
        pids: list[int] = []

        def broken() -> None:
            with side("other", told(port=free_port())) as other:
                pids.append(other.target.pid or 0)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            broken()
        assert pids
        assert not is_there(pids[0])

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("/not/there", "cannot be started: .*not/there"),
            ("false", "ended with 1 before anything answered at 127.0.0.1:"),
            ("sh -c 'echo The disk is full; exit 3'", "ended with 3 (.|\n)*The disk is full"),
            ("true", "ended with 0 .*must stay in the foreground"),
        ],
    )
    def test_a_command_that_does_not_serve_is_told(self, words: str, said: str) -> None:
        url = f"http://127.0.0.1:{free_port()}"
        parsed = told("--against", words, "--against-url", url)
        with pytest.raises(ServiceFailed, match=said), against.running(parsed):
            raise AssertionError("it runs")

    def test_a_service_that_does_not_listen_in_time_is_ended(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("bench.started.START_SECONDS", 0.5)
        noted = tmp_path / "pid"
        words = shlex.join(["sh", "-c", f"echo $$ > {noted}; exec sleep 60"])
        parsed = told("--against", words, "--against-url", f"http://127.0.0.1:{free_port()}")
        with pytest.raises(ServiceFailed, match="Nothing answers at"), against.running(parsed):
            raise AssertionError("it runs")
        assert not is_there(int(noted.read_text()))

    def test_nobody_at_an_address_is_told(self) -> None:
        url = f"http://127.0.0.1:{free_port()}"
        nobody = pytest.raises(ServiceFailed, match=f"Nothing answers at {url}")
        with nobody, against.running(told("--against-url", url)):
            raise AssertionError("it runs")

    def test_somebody_else_at_the_address_is_not_measured(self) -> None:
        port = free_port()
        with (
            side("other", told(port=port)),
            pytest.raises(ServiceFailed, match="Something answers at"),
            against.running(told(port=port)),
        ):
            raise AssertionError("it runs")

    def test_it_has_the_caller_s_environment_but_for_the_tool_s_database(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://somebody@elsewhere/precious")
        monkeypatch.setenv("MINE", "kept")
        noted = tmp_path / "environment"
        words = f"sh -c 'env > {noted}; exit 1'"
        parsed = told(
            "--against", words, "--against-url", f"http://127.0.0.1:{free_port()}", env={"A": "b=c"}
        )
        with pytest.raises(ServiceFailed), against.running(parsed):
            raise AssertionError("it runs")
        lines = noted.read_text().splitlines()
        assert {"MINE=kept", "A=b=c"} <= set(lines)
        assert not [line for line in lines if line.startswith("DATABASE_URL")]


class TestCheckout:
    def test_this_service_as_a_folder_has_it_gets_a_database_and_a_key(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        words = ("--against-checkout", str(ROOT), "--only", "create,once,receipt5,revoke")
        parsed = told(*words, env={"WEB_THREADS": "3"})
        with against.running(parsed) as other:
            assert other is not None
            assert other.description == f"{against.version(ROOT)} in {ROOT}, WEB_THREADS=3"
            found = Side(other.endpoint, other.target, other.log, name="other")
            lacks = [found.api.missing(OPERATIONS[name]) for name in parsed.only]
            assert lacks == [""] * 4
            family = processor.family(other.target.pid or 0)
            assert len(family) == 2
        assert [pid for pid in family if is_there(pid)] == []

    def test_a_folder_that_is_no_checkout_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            told("--against-checkout", str(tmp_path))
        assert "has no manage.py" in capsys.readouterr().err

    def test_a_folder_without_commits_has_none(self, tmp_path: Path) -> None:
        assert against.version(tmp_path) == "no commit"


def test_no_password_of_an_address_is_shown() -> None:
    shown = against.without_passwords("env A=postgres://me:secret@h/d redis://:word@h x://u@h")
    assert shown == "env A=postgres://me:***@h/d redis://:***@h x://u@h"
