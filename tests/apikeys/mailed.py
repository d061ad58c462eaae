"""Sends owners their mails, and makes uses of their keys that they are mailed about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core import mail

from apikeys.notices import outbox
from apikeys.usage.collector import Collector
from tests.mailbox import mailbox
from tests.makers import NOW, sample


def subjects(*, at: datetime = NOW) -> list[str]:
    """Send what is due, and return the subjects of the mails."""
    mail.outbox.clear()
    outbox.send_waiting(at=at)
    return [message.subject for message in mailbox()]


def use(key_id: UUID, address: str, *, at: datetime = NOW, agent: str = "curl/8") -> None:
    """Record a request as another process does, which has seen nothing yet."""
    own = Collector()
    own.record(sample(at, key_id=key_id, address=address, user_agent=agent))
    own.flush()
