"""The cache that all processes share, where there is one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.cache import cache

from config.environment import BASE_DIR


@pytest.mark.redis
def test_another_process_sees_what_this_one_keeps() -> None:
    cache.set("test-shared", "seen", timeout=60)
    code = (
        "import django; django.setup(); "
        f"from django.core.cache import cache; cache.key_prefix = {cache.key_prefix!r}; "
        "print(cache.get('test-shared'))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "seen"
