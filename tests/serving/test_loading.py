"""What a process does once it has loaded the application, under either server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.environment import BASE_DIR
from tests.doors import SERVERS

# As each server does it in a process that serves.
LOAD = {
    "gunicorn": "from config import gunicorn, wsgi; gunicorn.post_worker_init(None)",
    "granian": "from config.serving.granian import worker; worker.load(None)",
}
FROZEN = """
import gc, os
before = gc.get_freeze_count()
{load}
print(gc.get_freeze_count() - before, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("server", SERVERS)
def test_what_was_loaded_is_looked_at_by_no_collection_of_garbage(server: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FROZEN.format(load=LOAD[server])],
        cwd=BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(ran.stdout) > 10_000
