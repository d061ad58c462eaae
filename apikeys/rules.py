"""What a key can be: its name, environment, rights, limits and expiry."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts import limits
from accounts.environments import ENVIRONMENTS
from apikeys.models import ApiKey
from foundation import names


class KeyFailure(Exception):
    """Why a key could not be issued or changed, in a sentence for a person."""


class InvalidKeySettings(KeyFailure):
    """A name, environment, permission, scope, purpose class or purpose that cannot be."""


LONGEST_NAME = 50  # characters of a key's name
LONGEST_NOTES = 500


def check_name(name: str) -> None:
    """Refuse a folded name that a key cannot have. Raises InvalidKeySettings."""
    if problem := names.problem(name, longest=LONGEST_NAME):
        raise InvalidKeySettings(f"A key's name {problem}.")


def noted(text: str) -> str:
    """Return notes as they are stored: their lines as typed. Raises InvalidKeySettings."""
    notes = text.replace("\r\n", "\n").strip()
    if len(notes) > LONGEST_NOTES or "\x00" in notes:
        raise InvalidKeySettings(f"Notes have at most {LONGEST_NOTES} characters.")
    return notes


def check(key: ApiKey) -> None:
    """Refuse a key that cannot be. Raises InvalidKeySettings or LimitRefused."""
    check_name(key.name)
    if key.environment not in ENVIRONMENTS:
        raise InvalidKeySettings(f"An environment is one of: {', '.join(ENVIRONMENTS)}.")
    limits.check(key.rate_limit, key.burst_limit)
    if key.expires_at is not None and key.expires_at <= key.created_at:
        raise InvalidKeySettings("A key cannot expire before it is made.")


def known(what: str, names: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Return the names in the order of `allowed`, each once. Raises InvalidKeySettings."""
    chosen, known = set(names), [str(name) for name in allowed]
    if not chosen or not chosen <= set(known):
        raise InvalidKeySettings(f"A {what} is one of: {', '.join(known)}.")
    return [name for name in known if name in chosen]


def narrowing(what: str, names: Iterable[str] | None, allowed: Iterable[str]) -> list[str] | None:
    return None if names is None else known(what, names, allowed)


def registered(ids: Iterable[str] | None, project_id: UUID) -> list[str] | None:
    """Return the ids of purposes that the project registered, each once; None stands for every one.

    Their state does not matter: a key for one that does not hold reads nothing for it. Raises
    InvalidKeySettings.
    """
    if ids is None:
        return None
    chosen = sorted(set(ids))
    known: set[str] = import_string(settings.KEY_PURPOSES)(project_id)
    if unknown := [one for one in chosen if one not in known]:
        raise InvalidKeySettings(f"The project has no purpose '{unknown[0]}'.")
    if not chosen:
        raise InvalidKeySettings("A key for some purposes is for one at least.")
    return chosen
