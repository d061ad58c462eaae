"""Configures gunicorn as the service does, but records no request: what does recording cost?

The product has no such switch; this is the tool's own.
"""

from __future__ import annotations

from typing import Any

from config.gunicorn import *  # noqa: F403 - all of it, as gunicorn reads it


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef] # instead of the usual one
    from unittest.mock import patch

    from apikeys.usage.collector import Collector

    patch.object(Collector, "record", lambda self, sample: None).start()
