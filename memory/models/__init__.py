"""Memories, the grants by which they were read, kept answers, registered purposes, drafts."""

from __future__ import annotations

from memory.models.drafts import Draft as Draft
from memory.models.memories import IdempotencyClaim as IdempotencyClaim
from memory.models.memories import IdempotencyRecord as IdempotencyRecord
from memory.models.memories import Memory as Memory
from memory.models.memories import RevocationGrant as RevocationGrant
from memory.models.memories import Tally as Tally
from memory.models.purposes import Purpose as Purpose
