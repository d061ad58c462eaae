"""Whose turn it is."""

from __future__ import annotations

from config.serving.lines import Lines


def filled(threads: int, **waiting: int) -> Lines[str]:
    """Return lines in which so many items wait, each line's one after the other."""
    lines: Lines[str] = Lines(threads)
    for name, number in waiting.items():
        for index in range(number):
            lines.put(name, f"{name}{index}", at=float(index))
    return lines


def all_that_may_begin(lines: Lines[str]) -> list[str]:
    return list(iter(lines.take, None))


class TestLines:
    def test_no_line_has_more_than_half_of_the_threads(self) -> None:
        lines = filled(8, busy=20)
        assert all_that_may_begin(lines) == ["busy0", "busy1", "busy2", "busy3"]
        lines.done("busy")
        assert all_that_may_begin(lines) == ["busy4"]
        assert lines.waiting == 15

    def test_lines_take_turns(self) -> None:
        lines = filled(4, busy=20, quiet=1, other=2)
        assert all_that_may_begin(lines) == ["busy0", "quiet0", "other0", "busy1"]
        lines.done("busy")
        assert all_that_may_begin(lines) == ["other1"]

    def test_who_comes_later_is_next_in_a_line_of_their_own(self) -> None:
        lines = filled(2, busy=20)
        assert all_that_may_begin(lines) == ["busy0"]
        lines.put("quiet", "quiet0", at=0.0)
        assert all_that_may_begin(lines) == ["quiet0"]

    def test_a_single_thread_serves_all(self) -> None:
        lines = filled(1, busy=2, quiet=1)
        order = []
        for _ in range(3):
            (item,) = all_that_may_begin(lines)
            order.append(item)
            lines.done(item[:-1])
        assert order == ["busy0", "quiet0", "busy1"]
        assert not lines._lines

    def test_who_waits_too_long_in_a_full_line_is_told_so_earlier(self) -> None:
        lines = filled(2, busy=4, quiet=3)
        assert all_that_may_begin(lines) == ["busy0", "quiet0"]
        assert list(lines.late(full=0.5, any_line=-1)) == []
        assert list(lines.late(full=2, any_line=-1)) == [
            ("busy1", True),
            ("busy2", True),
            ("quiet1", True),
            ("quiet2", True),
        ]
        assert lines.waiting == 1

    def test_who_waits_for_others_is_told_so_later(self) -> None:
        lines = filled(4, busy=2, others=2)
        assert len(all_that_may_begin(lines)) == 4
        lines.put("quiet", "quiet0", at=1.0)
        assert list(lines.late(full=5, any_line=0.5)) == []
        assert list(lines.late(full=5, any_line=1.0)) == [("quiet0", False)]
        assert "quiet" not in lines._lines

    def test_what_is_removed_leaves_its_place_to_others(self) -> None:
        lines = filled(2, busy=3, quiet=1)
        assert list(lines.all_waiting()) == ["busy0", "busy1", "busy2", "quiet0"]
        lines.remove("quiet", "quiet0")
        lines.remove("busy", "busy1")
        assert lines.waiting == 2
        assert all_that_may_begin(lines) == ["busy0"]
        lines.done("busy")
        assert all_that_may_begin(lines) == ["busy2"]
