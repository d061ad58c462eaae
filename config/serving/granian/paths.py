"""The path of a request as it was written, of which granian gives the decoded one alone.

What was a slash (%2F) within an id, and what one between two segments, cannot be told from that.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

# Of a user, whose id is all that is behind this but for what a method has behind the id.
USERS = "/users/"
BEHIND = {"GET": "/export", "HEAD": "/export", "POST": "/link"}


def add_written(environ: dict[str, Any]) -> None:
    """Add RAW_URI, as gunicorn has it, where the path names a user: `foundation.paths` reads it.

    So every user can be erased, and a path with a slash too many names one of whom nothing is kept.
    """
    path: str = environ["PATH_INFO"]
    if not path.startswith(USERS):
        return
    behind = BEHIND.get(environ["REQUEST_METHOD"], "")
    if not path.endswith(behind, len(USERS)):
        behind = ""
    whose = path.removeprefix(USERS).removesuffix(behind)
    environ["RAW_URI"] = USERS + quote(whose.encode("latin-1"), safe="") + behind
