"""Serves as the service does, but without the process that makes the system checks.

gunicorn reads this file as its configuration; under granian it is `python -m tests.served`. The
checks take as long as the rest of a start. The settings of the tests were checked where nothing
else was left out: `make run` starts in tests/test_first_start.py.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from config import gunicorn as configured
from config.gunicorn import *  # noqa: F403 - all of it, as gunicorn reads it


def on_starting(server: Any) -> None:  # type: ignore[no-redef] # instead of the usual one
    with patch("config.processes.check_settings"):
        configured.on_starting(server)


if __name__ == "__main__":
    from config import granian

    with patch("config.processes.check_settings"):
        granian.main()
