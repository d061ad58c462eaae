"""`manage.py purge`: the parts of `maintain` that remove what has expired and what was given up."""

from __future__ import annotations

from memory.management.upkeep import UpkeepCommand


class Command(UpkeepCommand):
    help = (
        "Remove expired memories, grants (a day after their end) and idempotency records, in "
        "batches; erase deleted projects, and closed accounts that can no longer be reopened. "
        "The same as 'maintain --only expired --only erasures --only record'."
    )
    parts = ("expired", "erasures", "record")
    beginning = "Removed"
