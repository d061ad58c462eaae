"""Imports point down, and what is plain Python stays plain."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.environment import BASE_DIR

PLAIN = [
    "accounts.environments",
    "foundation.identifiers",
    "foundation.request_ids",
    "accounts.subjects",
    "apikeys.principal",
    "foundation.strict_json",
    "apikeys.tokens",
    "memory.policy.access",
    "memory.policy.merging",
    "memory.policy.purposes",
    "memory.policy.shapes",
    "memory.policy.vocabulary",
    "memory.revocation_tokens",
]


def test_imports_point_down() -> None:
    ran = subprocess.run(
        [f"{sys.prefix}/bin/lint-imports", "--no-cache"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("module", PLAIN)
def test_a_plain_module_loads_without_django(module: str) -> None:
    code = f"import sys, {module}; print(any(m.split('.')[0] == 'django' for m in sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "False"
