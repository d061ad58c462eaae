"""What can be registered as a purpose, and why a registration cannot be changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from accounts.environments import ENVIRONMENTS
from foundation import names
from memory.models.purposes import LONGEST_SENTENCE
from memory.policy.access import readable_scopes
from memory.policy.narrowing import OPEN_CELLS, cells_of, words_of_cells
from memory.policy.purposes import folded_id, holds_veto, understand
from memory.policy.registry import (
    PURPOSE_ID,
    PurposeState,
    RegisteredPurpose,
    Registry,
    Takes,
    is_narrower,
)
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass

# What whoever approves a purpose says of it.
CONFIRMATION = (
    "This purpose is used for the end user, and not for advertising, profiling, training, sale or "
    "decisions about people."
)


class RegistryFailure(Exception):
    """Why a purpose could not be registered or changed, in a sentence for a person."""


class InvalidPurpose(RegistryFailure):
    """An id, sentence, class, scope or environment that cannot be."""


class PurposeExists(RegistryFailure):
    """The project has a purpose with this id."""


class PurposeNotFound(RegistryFailure):
    """The project has no purpose with this id."""


class PurposeChanged(RegistryFailure):
    """It was changed, approved or retired since it was looked at."""


class TooManyPurposes(RegistryFailure):
    """The project has as many purposes as it may."""


class NotConfirmed(RegistryFailure):
    """An approval without CONFIRMATION."""


class VetoNotConfirmed(NotConfirmed):
    """An approval of what holds `terms`, which deny a purpose in free text, not confirmed twice."""

    def __init__(self, terms: tuple[str, ...]) -> None:
        super().__init__(
            f"It holds words that stand for what memory must not be used for: {', '.join(terms)}. "
            "To approve it all the same, confirm that too."
        )
        self.terms = terms


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What a purpose says. `scopes` is None for all that its class may read."""

    sentence: str
    purpose_class: str
    scopes: list[str] | None
    environments: list[str]

    def as_columns(self) -> dict[str, Any]:
        return msgspec.structs.asdict(self)

    def only_narrows(self, other: Registration) -> bool:
        """Say whether it gives nothing that the other did not, and says the same of it."""
        readable = readable_scopes(self.purpose_class)
        return (
            (self.sentence, self.purpose_class) == (other.sentence, other.purpose_class)
            and is_narrower(self.scopes, other.scopes, all_of=readable)
            and is_narrower(self.environments, other.environments, all_of=ENVIRONMENTS)
        )


def checked(
    *,
    sentence: str,
    purpose_class: str,
    scopes: Iterable[str] | None,
    environments: Iterable[str],
) -> Registration:
    """Return what a purpose can say, in one form. Raises InvalidPurpose."""
    sentence = names.folded(sentence)
    if problem := names.problem(sentence, longest=LONGEST_SENTENCE):
        raise InvalidPurpose(f"The sentence about a purpose {problem}.")
    _known("A class", [purpose_class], PURPOSE_CLASSES)
    readable = readable_scopes(purpose_class)
    return Registration(
        sentence=sentence,
        purpose_class=str(purpose_class),
        scopes=None
        if scopes is None
        else _known(f"A scope that '{purpose_class}' may read", scopes, readable),
        environments=_known("An environment", environments, ENVIRONMENTS),
    )


def checked_id(text: str) -> str:
    """Return the id that a text stands for, "Gift Finder" for `gift_finder`.

    Raises InvalidPurpose for what no request could name.
    """
    purpose_id = folded_id(text)
    if not PURPOSE_ID.fullmatch(purpose_id):
        raise InvalidPurpose(
            "A purpose's id has 1 to 64 letters a-z, digits and underscores; the sentence about it "
            "can be in any language."
        )
    if name := next((one for one in PurposeClass if f"{purpose_id}_".startswith(f"{one}_")), None):
        raise InvalidPurpose(f"'{purpose_id}' begins with the name of a class, '{name}'.")
    if not _is_found(purpose_id):
        raise InvalidPurpose(f"'{purpose_id}' cannot be told from other text: choose another id.")
    return purpose_id


def checked_cells(closed: Iterable[str]) -> list[str]:
    """Return cells of the matrix, `scope:class` each, in order. Raises InvalidPurpose."""
    cells = cells_of(closed)
    if beyond := sorted(map(str, cells.difference(OPEN_CELLS))):
        raise InvalidPurpose(f"The policy's matrix has no such cell to close: {', '.join(beyond)}.")
    return words_of_cells(cells)


def check_confirmed(
    purpose_id: str, sentence: str, *, confirmed: bool, veto_confirmed: bool
) -> tuple[str, ...]:
    """Refuse an approval that lacks a confirmation; return the words that needed a second one.

    Raises NotConfirmed or VetoNotConfirmed.
    """
    if not confirmed:
        raise NotConfirmed(f"To approve a purpose, confirm: {CONFIRMATION}")
    terms = vetoes(purpose_id, sentence)
    if terms and not veto_confirmed:
        raise VetoNotConfirmed(terms)
    return terms


def vetoes(purpose_id: str, sentence: str) -> tuple[str, ...]:
    """Return the words of a registration that would deny a purpose in free text."""
    return tuple(dict.fromkeys((*holds_veto(purpose_id), *holds_veto(sentence))))


def _is_found(purpose_id: str) -> bool:
    """Say whether a request that names the id is understood as this purpose."""
    purpose = RegisteredPurpose(
        id=purpose_id,
        revision=1,
        purpose_class=PURPOSE_CLASSES[0],
        scopes=None,
        environments=frozenset(ENVIRONMENTS),
        state=PurposeState.APPROVED,
    )
    purposes: Mapping[str, RegisteredPurpose] = {purpose_id: purpose}
    registry = Registry(Takes.REGISTERED, purposes, environment=ENVIRONMENTS[0], version="")
    return understand(purpose_id, registry).purpose == purpose


def _known(what: str, chosen: Iterable[str], allowed: Collection[str]) -> list[str]:
    """Return the names in the order of `allowed`, each once. Raises InvalidPurpose."""
    given, known = set(chosen), [str(name) for name in allowed]
    if not given or not given <= set(known):
        raise InvalidPurpose(f"{what} is one of: {', '.join(known)}.")
    return [name for name in known if name in given]
