"""What owners are mailed, and uses of their keys that they are mailed about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core import mail

from apikeys.notices import outbox
from apikeys.usage.collector import Collector
from tests.mailbox import mailbox
from tests.makers import NOW, sample


def subjects(*, at: datetime = NOW) -> list[str]:
    """What is mailed now."""
    mail.outbox.clear()
    outbox.send_waiting(at=at)
    return [message.subject for message in mailbox()]


def use(key_id: UUID, address: str, *, at: datetime = NOW, agent: str = "curl/8") -> None:
    """A request as another process, which has seen nothing yet, notes it."""
    own = Collector()
    own.record(sample(at, key_id=key_id, address=address, user_agent=agent))
    own.flush()
