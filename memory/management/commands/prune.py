"""`manage.py prune`: the part of `maintain` that keeps usage and the request log for a while."""

from __future__ import annotations

from memory.management.upkeep import UpkeepCommand


class Command(UpkeepCommand):
    help = (
        "Remove requests older than REQUEST_LOG_DAYS from the log, roll the hours of usage up into "
        "days after 30 days, and remove totals older than USAGE_DAYS, and old addresses and "
        "notices. The same as 'maintain --only usage'."
    )
    parts = ("usage",)
    beginning = "Pruned:"
