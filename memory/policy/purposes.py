"""From a purpose in the caller's own words to one purpose class, or to why there is none.

Each step is a function, and they are asked in this order: is it readable, is it registered, is it
the name of a class, is it declared, may it be at all (vetoes, people), do its words name a class.
Whatever is left is `unrecognized`, and denied.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from memory.policy import classes
from memory.policy.people import people_in
from memory.policy.registry import (
    NO_REGISTRY,
    PurposeState,
    RegisteredPurpose,
    Registry,
    Takes,
)
from memory.policy.vetoes import doubts_in, vetoes_in
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass
from memory.policy.words import Unreadable, Words, seen, words_of

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

_NAMES: Mapping[str, PurposeClass] = {str(name): name for name in PURPOSE_CLASSES}
# Each word's rank in the one order of precedence: all telling words before all weak ones, and
# on one level by consequence. The least rank among a purpose's words is its class.
_RANKS: Mapping[str, int] = {
    word: rank
    for rank, (level, purpose_class) in enumerate(
        (level, purpose_class)
        for level in (classes.TELLING, classes.WEAK)
        for purpose_class in classes.CONSEQUENCE
    )
    for word in level.get(purpose_class, ())
}
_TELLING_RANKS = len(classes.CONSEQUENCE)


def _by_word(
    table: tuple[tuple[frozenset[str], frozenset[str]], ...],
) -> dict[str, frozenset[str]]:
    """Return what a table says of each word; a word may stand in several of its rows."""
    found: dict[str, frozenset[str]] = {}
    for words, others in table:
        for word in words:
            found[word] = found.get(word, frozenset()) | others
    return found


_NEEDS = _by_word(classes.NEEDS)
_NOT_BEFORE = _by_word(classes.NOT_BEFORE)
_NOT_AFTER = _by_word(classes.NOT_AFTER)
_SECONDS = frozenset(second for _, second in classes.SPELLED)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a purpose comes down to.

    `matched` are the words that told the class, `refused` those for which there is none: words of
    our tables. `reason` says why there is none; `purpose` is the registered one that it names.
    """

    purpose_class: PurposeClass
    matched: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reason: str | None = None
    purpose: RegisteredPurpose | None = None


def understand(purpose: str, registry: Registry = NO_REGISTRY) -> Understood:
    """Return the one class of a purpose, or `unrecognized` and the reason. Never raises."""
    try:
        words = words_of(purpose)
        if registry.purposes and (found := _registered(words, registry)):
            return found
        if registry.takes == Takes.REGISTERED:
            return _refused(PURPOSE_NOT_REGISTERED)
        if found := _named(words) or _declared(purpose):
            return found
    except Unreadable:
        return _refused(PURPOSE_UNREADABLE)
    if registry.takes == Takes.DECLARED:
        return _refused(PURPOSE_NOT_DECLARED)
    if refused := _vetoed(words):
        return _refused(PURPOSE_VETOED, refused)
    told = _told(words.parted)
    if told is None:
        return _refused(PURPOSE_UNRECOGNIZED)
    if doubts := doubts_in(words):
        return _refused(PURPOSE_DOUBTED, doubts)
    return told


def classify(purpose: str) -> PurposeClass:
    """Return the class of a purpose that no project registered."""
    return understand(purpose).purpose_class


def matched_terms(purpose: str) -> tuple[str, ...]:
    """Return the words by which `classify` decides, each once, in order; none if unrecognized."""
    return understand(purpose).matched


def holds_veto(text: str) -> tuple[str, ...]:
    """Return the words of a text for which free text is denied; none if it cannot be read."""
    try:
        return _vetoed(words_of(text))
    except Unreadable:
        return ()


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


def _registered(words: Words, registry: Registry) -> Understood | None:
    """Look the text up among the registered purposes; one that is only proposed has no effect."""
    purpose = registry.purposes.get("_".join(words.parted))
    if purpose is None or purpose.state is PurposeState.PROPOSED:
        return None
    if purpose.state is PurposeState.RETIRED:
        return _refused(PURPOSE_RETIRED, purpose=purpose)
    if registry.environment not in purpose.environments:
        return _refused(PURPOSE_NOT_HERE, purpose=purpose)
    return Understood(purpose.purpose_class, (purpose.id,), purpose=purpose)


def _named(words: Words) -> Understood | None:
    name = _NAMES.get("_".join(words.parted))
    return None if name is None else Understood(name, tuple(words.parted))


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
    if refused := _vetoed(words):
        return _refused(PURPOSE_DISAGREES, refused)
    telling = [(rank, word) for rank, word in _known(words.parted) if rank < _TELLING_RANKS]
    own = classes.CONSEQUENCE.index(name.purpose_class)
    if telling and min(telling)[0] != own:
        others = dict.fromkeys(word for rank, word in telling if rank != own)
        return _refused(PURPOSE_DISAGREES, tuple(others))
    return name


def _vetoed(words: Words) -> tuple[str, ...]:
    return vetoes_in(words) + people_in(words.parted)


def _told(words: list[str]) -> Understood | None:
    known = list(_known(words))
    if not known:
        return None
    least = min(rank for rank, _ in known)
    told = classes.CONSEQUENCE[least % len(classes.CONSEQUENCE)]
    return Understood(told, tuple(dict.fromkeys(word for rank, word in known if rank == least)))


def _known(words: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the words that count, each with its rank."""
    if not _SECONDS.isdisjoint(words):
        words = list(_spelled(words))
    for at, word in enumerate(words):
        rank = _RANKS.get(word)
        if rank is not None and _counts(words, at, word):
            yield (rank % _TELLING_RANKS if _acts(words, at, word) else rank), word


def _spelled(words: list[str]) -> Iterator[str]:
    """Bring together what is one word in other spellings: "user interface" is ui."""
    at = 0
    while at < len(words):
        one = classes.SPELLED.get((words[at], words[at + 1] if at + 1 < len(words) else ""))
        yield one or words[at]
        at += 2 if one else 1


def _counts(words: list[str], at: int, word: str) -> bool:
    following = words[at + 1] if at + 1 < len(words) else ""
    if following and following in _NOT_BEFORE.get(word, ()):
        return False
    if at:
        if words[at - 1] in _NOT_AFTER.get(word, ()):
            return False
        if (
            word in classes.ACTS
            and words[at - 1] in classes.SOUGHT
            and not classes.SEEKING.isdisjoint(words)
        ):
            return False
        if word == "order" and words[at - 1] == "in" and following == "to":
            return False  # "in order to" orders nothing
        if _is_negated(words, at):
            return False
    needed = _NEEDS.get(word)
    return needed is None or not needed.isdisjoint(words)


def _acts(words: list[str], at: int, word: str) -> bool:
    """Say whether a weak word is what is done, as in "book the flight and remind me"."""
    if word not in classes.ACTS or (at and words[at - 1] not in classes.BEGINNINGS):
        return False
    following = words[at + 1] if at + 1 < len(words) else ""
    if following in classes.DETERMINERS:
        return True
    joined = at > 0 or not classes.JOINING.isdisjoint(words)
    return joined and following not in _RANKS


def _is_negated(words: list[str], at: int) -> bool:
    """Say whether the word stands within two words after a negation."""
    for end in range(max(0, at - classes.NEGATES), at):
        if words[end] in classes.NEGATIONS:
            return True
        for phrase in classes.NEGATING_PHRASES:
            if tuple(words[max(0, end + 1 - len(phrase)) : end + 1]) == phrase:
                return True
    return False
