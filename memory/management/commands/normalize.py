"""`manage.py normalize`: keep beside each value what it says, where that is missing or outdated."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from memory.renewing import renew


class Command(BaseCommand):
    help = (
        "Keep beside each stored value what it says, as merging needs it, where that is missing or "
        "was made by other rules: after an upgrade whose notes say so, or to another Python. Reads "
        "answer the same before, they only take longer. It is safe beside traffic and itself, and "
        "goes on where it was stopped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Normalized: {renew()} memories.")
