"""`python -m config.first_start`: writes `.env` for this machine when there is none.

The file is `.env` beside manage.py, or the one that ENV_FILE names.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

from config.environment import BASE_DIR, env_file


def write_env(example: Path, target: Path) -> bool:
    """Copy the example with fresh secrets, readable by its owner only; keep what is there."""
    text = example.read_text()
    for name in ("SECRET_KEY", "SECOND_FACTOR_KEYS"):
        text = text.replace(f"\n{name}=\n", f"\n{name}={secrets.token_urlsafe(48)}\n")
    # Written beside it and then linked: a second start at the same time finds all of it or none.
    descriptor, written = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(written, target)
    except FileExistsError:
        return False
    finally:
        os.unlink(written)
    return True


if __name__ == "__main__" and write_env(BASE_DIR / ".env.example", env_file()):
    sys.stdout.write(f"Wrote {env_file().name} with fresh secrets.\n")
