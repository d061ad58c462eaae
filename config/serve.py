"""Serves, under the server that SERVER names: `python -m config.serve`."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured

from config import processes
from config.environment import BASE_DIR

MISSING = (
    "SERVER=granian needs granian: pip install --require-hashes -r requirements/fast.lock"
    " ('make run' does so)."
)


def main() -> None:
    try:
        server = processes.settings().server
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    if server == "gunicorn":
        *start, configuration = processes.SERVERS[server]
        command = [sys.executable, *start, str(BASE_DIR / configuration)]
        os.execv(sys.executable, command)  # noqa: S606 - our own command
    if find_spec("granian") is None:
        sys.exit(MISSING)
    from config import granian

    granian.main()


if __name__ == "__main__":
    main()
