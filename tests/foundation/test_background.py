"""Work in the background: once, as it comes, or again and again until it is stopped."""

from __future__ import annotations

import threading

import pytest
from pytest_django import Settings

from foundation.background import Background, Repeating


def test_it_goes_on_after_a_failure_and_says_only_its_kind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done, times = threading.Event(), []

    def work() -> None:
        times.append(1)
        if len(times) == 1:
            raise ValueError("somebody@example.com")
        done.set()

    repeating = Repeating(work, every=0.001, name="test")
    repeating.start()
    assert done.wait(30)
    repeating.stop(wait=30)
    assert "'test' failed: ValueError" in caplog.text
    assert "somebody" not in caplog.text


def test_started_twice_it_is_one_thread_and_stopped_it_ends() -> None:
    seen: set[int] = set()
    both = threading.Event()

    def work() -> None:
        seen.add(threading.get_ident())
        both.set()

    repeating = Repeating(work, every=0.001, name="one")
    for _ in range(3):
        repeating.start()
    assert both.wait(30)
    repeating.stop(wait=30)
    assert len(seen) == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "one"]


def test_stopped_before_it_began_it_does_nothing() -> None:
    Repeating(lambda: pytest.fail("it began"), every=0.001, name="never").stop(wait=1)


class TestBackground:
    def test_what_fails_does_not_stop_what_follows(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.WORK_IN_BACKGROUND = True
        background, done = Background(), threading.Event()

        def fail() -> None:
            raise ValueError("somebody@example.com")

        background.do(fail)
        background.do(done.set)
        background.wait()
        assert done.is_set()
        assert "ValueError" in caplog.text
        assert "somebody@example.com" not in caplog.text

    def test_too_much_work_is_dropped_and_logged(
        self, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.WORK_IN_BACKGROUND = True
        monkeypatch.setattr("foundation.background.MOST_WAITING", 1)
        background, go = Background(), threading.Event()
        for _ in range(4):
            background.do(lambda: bool(go.wait(10)))
        go.set()
        background.wait()
        assert "dropped" in caplog.text
