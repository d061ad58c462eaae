"""Configures the server as the service does, but records no request: what does recording cost?

gunicorn reads this file as its configuration; under granian it is `python -m bench.without_usage`.
The product has no such switch; this is the tool's own.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from config.gunicorn import *  # noqa: F403 - all of it, as gunicorn reads it


def record_nothing() -> None:
    from apikeys.usage.collector import Collector

    patch.object(Collector, "record", lambda self, sample: None).start()


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef] # instead of the usual one
    record_nothing()


if __name__ == "__main__":
    from config import granian

    with patch("config.processes.begin_own_work", record_nothing):
        granian.main()
