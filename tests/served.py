"""Configures gunicorn as the service does, but without the process that makes the system checks.

It takes as long as the rest of a start. The settings of the tests were checked where nothing else
was left out: `make run` starts in tests/test_first_start.py.
"""

from __future__ import annotations

from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

from config import gunicorn as configured
from config.gunicorn import *  # noqa: F403 - all of it, as gunicorn reads it


def on_starting(server: Any) -> None:  # type: ignore[no-redef] # instead of the usual one
    found_nothing = CompletedProcess[str]((), 0)
    with patch("config.gunicorn.subprocess.run", return_value=found_nothing):
        configured.on_starting(server)
