"""What owners are mailed, and uses of their keys that they are mailed about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import mail

from apikeys import notices
from apikeys.usage import Collector
from tests.makers import NOW, noted


def subjects(*, at: datetime = NOW) -> list[str]:
    """What is mailed now."""
    mail.outbox.clear()
    notices.send_waiting(at=at)
    return [message.subject for message in mail.outbox]


def use(key_id: Any, address: str, *, at: datetime = NOW, agent: str = "curl/8") -> None:
    """A request as another process, which has seen nothing yet, notes it."""
    own = Collector()
    own.note(noted(at, key_id=key_id, address=address, user_agent=agent))
    own.flush()
