"""Which keys are looked up although too many wrong ones came from their address.

A valid key must be served there as anywhere, and guesses must not reach the database for it. What
this process has served before is looked up in any case. Of others a bounded number is; beyond that,
only what stands in a list of the live digests, which is fetched at most once a second.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from apikeys import tokens
from apikeys.models import Secret

MOST_KNOWN = 10_000  # keys that a process remembers
MINUTE = 60  # seconds
FRESH = 1.0  # seconds for which a list of the live digests is used


class WorthAsking:
    """What this process knows of keys, by a hash of its own that is good for nothing else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._known: set[int] = set()
        self._asked: Counter[str] = Counter()
        self._minute = 0
        self._live: frozenset[bytes] = frozenset()
        self._fetched_at = 0.0

    @sensitive_variables("text")
    def remember(self, text: str) -> None:
        """Keep in mind that this key opened something."""
        known = self._known
        if (mark := hash(text)) not in known:
            if len(known) >= MOST_KNOWN:
                known.clear()
            known.add(mark)

    @sensitive_variables("text")
    def may(self, text: str, network: str, *, at: datetime) -> bool:
        """Say whether a key is to be looked up, though its address tried too many wrong ones."""
        if tokens.environment_of(text) is None:
            return False
        if hash(text) in self._known:
            return True
        with self._lock:
            minute = int(at.timestamp()) // MINUTE
            if minute != self._minute:
                self._minute = minute
                self._asked.clear()
            self._asked[network] += 1
            if self._asked[network] <= settings.RATE_LIMIT_FAILURES:
                return True
            return tokens.digest(text) in self._live_digests(at)

    def _live_digests(self, at: datetime) -> frozenset[bytes]:
        if not 0 <= at.timestamp() - self._fetched_at < FRESH:
            found = Secret.objects.standing(at=at).filter(key__deleted_at=None)
            self._live = frozenset(bytes(one) for one in found.values_list("digest", flat=True))
            self._fetched_at = at.timestamp()
        return self._live


worth_asking = WorthAsking()
