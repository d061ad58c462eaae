"""Serves, under the server that SERVER names: `python -m config.serve`."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured

from config import processes
from config.environment import BASE_DIR

GUNICORN = [sys.executable, "-m", "gunicorn", "-c", str(BASE_DIR / "config" / "gunicorn.py")]
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
        os.execv(sys.executable, GUNICORN)  # noqa: S606 - our own command
    if find_spec("granian") is None:
        sys.exit(MISSING)
    from config import granian

    granian.main()


if __name__ == "__main__":
    main()
