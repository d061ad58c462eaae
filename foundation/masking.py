"""Keeps keys, revocation tokens and links to people's pages out of logs, whoever writes a line."""

from __future__ import annotations

import logging
import re

SECRETS = re.compile(r"(sk_(?:test|live)_|rev_|psn_)[0-9A-Za-z_-]{8,}")


def masked(text: str) -> str:
    """Return the text with what could be a secret shortened to what kind of secret it was."""
    return SECRETS.sub(r"\1…", text)


class MaskingFormatter(logging.Formatter):
    """Masks the whole line: its message, what it is about, and the error below it."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
