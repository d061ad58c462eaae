"""What CI runs on one database alone is the same on the other one."""

from __future__ import annotations

import re

import pytest

from config.environment import BASE_DIR

LEFT_OUT = [
    BASE_DIR / path
    for path in re.findall(r"--ignore=(\S+)", (BASE_DIR / ".ci" / "run").read_text())
]
DATABASE = {"db", "transactional_db"}


def test_what_the_second_run_leaves_out_is_there_and_uses_no_database(
    request: pytest.FixtureRequest,
) -> None:
    """Where all tests run, as in CI, each of them is looked at."""
    assert LEFT_OUT
    assert [path for path in LEFT_OUT if not path.exists()] == []
    using = [
        item.nodeid
        for item in request.session.items
        if any(item.path.is_relative_to(path) for path in LEFT_OUT)
        and (
            DATABASE.intersection(getattr(item, "fixturenames", ()))
            or item.get_closest_marker("django_db")
        )
    ]
    assert using == []
