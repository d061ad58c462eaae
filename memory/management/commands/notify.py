"""`manage.py notify`: the part of `maintain` that sends mails."""

from __future__ import annotations

from memory.management.upkeep import UpkeepCommand


class Command(UpkeepCommand):
    help = (
        "Mail what owners are to be told: what will expire, and what could not be mailed before. "
        "The running service does this by itself every minute; this is for a machine on which it "
        "does not run. The same as 'maintain --only mails'."
    )
    parts = ("mails",)
