"""`python -m config.first_start`: writes `.env` for this machine when there is none.

The file is `.env` beside manage.py, or the one that ENV_FILE names.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from config.environment import BASE_DIR, ENV_FILE


def write_env(example: Path, target: Path) -> bool:
    """Copy the example with fresh secrets, readable by its owner only; keep what is there."""
    text = example.read_text()
    for name in ("SECRET_KEY", "SECOND_FACTOR_KEYS"):
        text = text.replace(f"\n{name}=\n", f"\n{name}={secrets.token_urlsafe(48)}\n")
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return True


if __name__ == "__main__" and write_env(BASE_DIR / ".env.example", ENV_FILE):
    sys.stdout.write(f"Wrote {ENV_FILE.name} with fresh secrets.\n")
