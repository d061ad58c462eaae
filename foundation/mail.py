"""Mail to people: a text, and a page that is drawn from the same few lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.template.loader import render_to_string

from foundation.private_files import make_folder_private, open_private

LINKS = (
    "link",
    "choose",
    "change",
    "queue",
)  # what addresses of ours are called in templates


class PrivateFileBackend(FileBackend):
    """Keeps each mail as a file: the links in them open accounts, so it is its owner's alone."""

    def open(self) -> bool:
        if self.stream is not None:
            return False
        make_folder_private(Path(self.file_path))
        self.stream = open(self._get_filename(), "ab", opener=open_private)  # noqa: SIM115 - kept
        return True


class DevelopmentBackend(ConsoleBackend):
    """Prints each mail, and keeps it in `settings.MAIL_FOLDER` as a file that a person can open."""

    def send_messages(self, email_messages: Any) -> int:
        PrivateFileBackend(file_path=str(settings.MAIL_FOLDER)).send_messages(email_messages)
        return super().send_messages(email_messages) or 0


def send(
    template: str, *, to: str, attached: Mapping[str, str] | None = None, **context: Any
) -> None:
    """Send `mail/<template>.txt`, whose first line is the subject, and a page of the same words.

    `attached` are texts to go with it, by the names of their files.
    """
    subject, _, rest = render_to_string(f"mail/{template}.txt", context).partition("\n")
    text = rest.strip() + "\n"
    message = EmailMultiAlternatives(" ".join(subject.split()), text, to=[to])
    page = render(text, {**context, "subject": message.subject})
    message.attach_alternative(page, "text/html")
    for name, content in (attached or {}).items():
        message.attach(name, content, "text/plain")
    message.send()


def render(text: str, context: Mapping[str, Any]) -> str:
    """Return the text of a mail as a page; its `subject` is the heading.

    Links are made of the addresses that the context names as ours, and of nothing else: what
    somebody typed is none, however it looks.
    """
    links = {context[name] for name in context if name in LINKS or name.endswith("_url")}
    return render_to_string("mail/plain.html", {**context, "text": text, "links": links})
