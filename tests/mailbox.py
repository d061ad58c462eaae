"""The mails that were sent, as their readers see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import mail
from django.core.mail import EmailMultiAlternatives


@dataclass(frozen=True)
class Mail:
    """A mail in words, and as a page; `page` is empty where there is none."""

    to: list[str]
    subject: str
    body: str
    page: str


def mailbox() -> list[Mail]:
    """Return the mails sent since `mail.outbox` was last cleared, the newest last."""
    mails = []
    for message in mail.outbox:
        pages = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
        page = "".join(str(content) for content, _ in pages)
        mails.append(Mail(list(message.to), str(message.subject), str(message.body), page))
    return mails
