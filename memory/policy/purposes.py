"""From a purpose in the caller's own words to one purpose class, or to why there is none.

Each step is a function, and they are asked in this order: is it readable, is it registered, is it
the name of a class, is it declared, may it be at all (vetoes, people), do its words name a class.
Whatever is left is `unrecognized`, and denied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from memory.policy.people import people_in
from memory.policy.registry import (
    NO_REGISTRY,
    PurposeState,
    RegisteredPurpose,
    Registry,
    Takes,
)
from memory.policy.respelling import readings_of
from memory.policy.telling import telling_others, told
from memory.policy.vetoes import doubts_in, vetoes_in
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass
from memory.policy.words import Unreadable, Words, disguise, read, seen, words_of

# Why a purpose has no class, as the record keeps it.
PURPOSE_UNREADABLE = "PURPOSE_UNREADABLE"
PURPOSE_UNRECOGNIZED = "PURPOSE_UNRECOGNIZED"
PURPOSE_VETOED = "PURPOSE_VETOED"
PURPOSE_DOUBTED = "PURPOSE_DOUBTED"
PURPOSE_DISAGREES = "PURPOSE_DISAGREES"
PURPOSE_RETIRED = "PURPOSE_RETIRED"
PURPOSE_NOT_HERE = "PURPOSE_NOT_HERE"
PURPOSE_NOT_DECLARED = "PURPOSE_NOT_DECLARED"
PURPOSE_NOT_REGISTERED = "PURPOSE_NOT_REGISTERED"

# Longer ones are rare; keeping them would let a few callers fill the cache with their text.
LONGEST_CACHED = 200
UNREADABLE = "unreadable"  # in the place of a word, where a text is none of ours to read

_NAMES: Mapping[str, PurposeClass] = {str(name): name for name in PURPOSE_CLASSES}


class Way(StrEnum):
    """By which step a purpose got its class."""

    REGISTERED = "registered"
    NAMED = "named"
    DECLARED = "declared"
    WORDED = "worded"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a purpose comes down to.

    `matched` are the words that told the class, `refused` those for which there is none: words of
    our tables. `reason` says why there is none, else `way` how it was found; `purpose` is the
    registered one that it names.
    """

    purpose_class: PurposeClass
    matched: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reason: str | None = None
    purpose: RegisteredPurpose | None = None
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """A purpose as it stands by itself: the id that it may name, and what it comes down to."""

    id: str
    understood: Understood
    declares: bool


def understand(purpose: str, registry: Registry = NO_REGISTRY) -> Understood:
    """Return the one class of a purpose, or `unrecognized` and the reason. Never raises."""
    text = _cached_read(purpose) if len(purpose) <= LONGEST_CACHED else _read(purpose)
    if text.understood.reason == PURPOSE_UNREADABLE:
        return text.understood
    if registry.purposes and (found := _registered(text.id, registry)):
        return found
    if registry.takes == Takes.REGISTERED:
        return _refused(PURPOSE_NOT_REGISTERED)
    if registry.takes == Takes.DECLARED and not text.declares:
        return _refused(PURPOSE_NOT_DECLARED)
    return text.understood


def _read(purpose: str) -> _Read:
    try:
        words = words_of(purpose)
        declared = _named(words) or _declared(purpose)
    except Unreadable:
        return _Read("", _refused(PURPOSE_UNREADABLE), declares=False)
    return _Read("_".join(words.parted), declared or _by_words(words), declares=bool(declared))


_cached_read = lru_cache(maxsize=4096)(_read)


def _by_words(words: Words) -> Understood:
    """Understand free text: nothing in it may be vetoed, and a word of it must name a class."""
    readings = readings_of(words)
    if refused := _vetoed(readings):
        return _refused(PURPOSE_VETOED, refused)
    found = told(words.parted)
    if found is None:
        return _refused(PURPOSE_UNRECOGNIZED)
    if doubts := doubts_in(readings):
        return _refused(PURPOSE_DOUBTED, doubts)
    return Understood(*found, way=Way.WORDED)


def classify(purpose: str) -> PurposeClass:
    """Return the class of a purpose that no project registered."""
    return understand(purpose).purpose_class


def holds_veto(text: str) -> tuple[str, ...]:
    """Return the words of a text for which free text is denied, or UNREADABLE.

    A text that is written to deceive is searched all the same, as far as it can be read.
    """
    try:
        words = read(text)
    except Unreadable:
        return (UNREADABLE,)
    refused = _vetoed(readings_of(words))
    return (*refused, UNREADABLE) if disguise(words) else refused


def folded_id(text: str) -> str:
    """Return the id that a text names: "Gift Finder" names gift_finder. Empty if unreadable."""
    try:
        return "_".join(words_of(text).parted)
    except Unreadable:
        return ""


def _refused(
    reason: str, refused: tuple[str, ...] = (), purpose: RegisteredPurpose | None = None
) -> Understood:
    return Understood(PurposeClass.UNRECOGNIZED, refused=refused, reason=reason, purpose=purpose)


def _registered(purpose_id: str, registry: Registry) -> Understood | None:
    """Look an id up among the registered purposes; one that is only proposed has no effect."""
    purpose = registry.purposes.get(purpose_id)
    if purpose is None or purpose.state is PurposeState.PROPOSED:
        return None
    if purpose.state is PurposeState.RETIRED:
        return _refused(PURPOSE_RETIRED, purpose=purpose)
    if registry.environment not in purpose.environments:
        return _refused(PURPOSE_NOT_HERE, purpose=purpose)
    return Understood(purpose.purpose_class, (purpose.id,), purpose=purpose, way=Way.REGISTERED)


def _named(words: Words) -> Understood | None:
    name = _NAMES.get("_".join(words.parted))
    if name is None:
        return None
    return Understood(name, tuple(words.parted), way=Way.NAMED)


def _declared(purpose: str) -> Understood | None:
    """Take the class before the first colon, unless the rest tells another one or holds a veto.

    What cannot be understood does not disagree: the rest may be in any language.
    """
    before, colon, rest = seen(purpose).partition(":")
    if not colon:
        return None
    name = _named(words_of(before))
    if name is None:
        return None
    words = words_of(rest)
    if refused := _vetoed(readings_of(words)):
        return _refused(PURPOSE_DISAGREES, refused)
    if others := telling_others(words.parted, name.purpose_class):
        return _refused(PURPOSE_DISAGREES, others)
    return replace(name, way=Way.DECLARED)


def _vetoed(readings: list[list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(vetoes_in(readings) + people_in(readings)))
