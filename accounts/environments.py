"""The two separate worlds of a project: nothing made in one is ever visible in the other."""

from __future__ import annotations

TEST = "test"
LIVE = "live"
ENVIRONMENTS = (TEST, LIVE)
CHOICES = [(TEST, "Test"), (LIVE, "Live")]

# Where an event belongs that is about the project itself, or about its account.
BOTH = "both"
