"""gunicorn's configuration of the service, but that no request is recorded: what does it cost?

Nothing in the product can be switched so; this is the tool's own.
"""

from __future__ import annotations

from typing import Any

from config.gunicorn import *  # noqa: F403 - all of it, as gunicorn reads it


def post_worker_init(worker: Any) -> None:
    from apikeys.usage.collector import Collector

    Collector.record = lambda self, sample: None
