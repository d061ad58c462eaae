"""How the tests keep passwords: as the service does, without the work that slows down a guesser."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Hashes in less than a millisecond what takes a tenth of a second or more of a processor."""

    time_cost = 1
    memory_cost = 64  # KiB
    parallelism = 1
