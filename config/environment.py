"""Reads settings from the environment; a wrong value stops the start with a sentence naming it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from proof import keys

BASE_DIR = Path(__file__).resolve().parent.parent
TRUE_WORDS = ("true", "on", "yes", "1")
FALSE_WORDS = ("false", "off", "no", "0")


def env_file() -> Path:
    """Return the file of settings: `.env` beside manage.py, or the one that ENV_FILE names."""
    return Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))


class Environment:
    """Gives the settings typed values from the environment.

    django-environ finds and parses the values; this adds what it leaves out: every failure names
    its variable (never its value, which may be a secret), an unknown word is not quietly False,
    and a number has its bounds.
    """

    def __init__(self) -> None:
        if (file := env_file()).is_file():
            environ.Env.read_env(file)  # what the environment says comes before it
        self._env = environ.Env()

    def text(self, name: str, default: str = "") -> str:
        return str(self._env.str(name, default=default)).strip()

    def words(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """Read a comma-separated list, without empty entries."""
        return [
            word.strip() for word in self.text(name, ",".join(default)).split(",") if word.strip()
        ]

    def choice(self, name: str, *, allowed: Sequence[str], default: str) -> str:
        chosen = self.text(name, default)
        if chosen not in allowed:
            raise ImproperlyConfigured(f"{name} must be one of: {', '.join(allowed)}.")
        return chosen

    def choices(self, name: str, *, allowed: Sequence[str], default: Sequence[str]) -> list[str]:
        chosen = self.words(name, default)
        if not chosen or not set(chosen) <= set(allowed):
            raise ImproperlyConfigured(
                f"{name} must be a comma-separated list of: {', '.join(allowed)}."
            )
        return chosen

    def flag(self, name: str, *, default: bool) -> bool:
        word = self.text(name, "on" if default else "off").lower()
        if word not in TRUE_WORDS + FALSE_WORDS:
            raise ImproperlyConfigured(f"{name} must be on or off.")
        return word in TRUE_WORDS

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        sentence = f"{name} must be a whole number from {least} to {most}."
        value: int = self._parsed(name, lambda: self._env.int(name, default=default), sentence)
        if not least <= value <= most:
            raise ImproperlyConfigured(sentence)
        return value

    def processes(self, name: str) -> int:
        """Read how many processes the server starts.

        One on SQLite, whose writers wait for each other anyway, and one without Redis, for each
        would keep rate limits of its own; else a process a core.
        """
        on_sqlite = self.text("DATABASE_URL", "sqlite:").startswith("sqlite:")
        alone = on_sqlite or not self.text("REDIS_URL")
        default = 1 if alone else multiprocessing.cpu_count()
        return self.number(name, default=default, least=1, most=256)

    def database(self, name: str, default: str) -> dict[str, Any]:
        sentence = f"{name} must be an address like sqlite:///path or postgres://user@host:5432/db."
        parsed: dict[str, Any] = self._parsed(
            name, lambda: dict(self._env.db_url(name, default=default)), sentence
        )
        if parsed.get("ENGINE") not in (
            "django.db.backends.sqlite3",
            "django.db.backends.postgresql",
        ):
            raise ImproperlyConfigured(sentence)
        return parsed

    def signing_keys(self, name: str) -> list[str]:
        """Read the entries of a list of signing keys (proof/keys.py)."""
        entries = self.words(name)
        try:
            keys.parsed(entries)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}.") from None
        return entries

    def email(self, name: str, default: str) -> dict[str, Any]:
        sentence = (
            f"{name} must be an address like smtp://user:password@host:587 or consolemail://."
        )
        parsed: dict[str, Any] = self._parsed(
            name, lambda: dict(self._env.email_url(name, default=default)), sentence
        )
        return parsed

    def _parsed(self, name: str, parse: Callable[[], Any], sentence: str) -> Any:
        try:
            return parse()
        except (ValueError, KeyError, AttributeError, TypeError, ImproperlyConfigured):
            # The parser's own message may quote the value: it is dropped with its traceback.
            raise ImproperlyConfigured(sentence) from None
