"""Which class the words of a text tell, by the tables of `memory/policy/classes.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from memory.policy import classes
from memory.policy.vocabulary import PurposeClass

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


class Why(StrEnum):
    """Why a word of the tables does not decide where it stands."""

    BEFORE = "before"  # a word that makes it a thing or a fact: an order's status
    AFTER = "after"
    SOUGHT = "sought"
    IN_ORDER_TO = "in_order_to"
    NEGATED = "negated"
    ALONE = "alone"  # without any of the words that it needs
    WEAK = "weak"  # beside a telling word
    LESS_CONSEQUENTIAL = "less_consequential"  # than another word of its level


class PassedOver(NamedTuple):
    """Why a word does not decide, and the words that it should have, or should not have, beside."""

    why: Why
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A word of the tables in a text, of which it takes `length` words from `at` on.

    It decides unless it was `passed_over`.
    """

    word: str
    at: int
    length: int
    purpose_class: PurposeClass
    is_telling: bool
    passed_over: PassedOver | None


def told(words: list[str]) -> tuple[PurposeClass, tuple[str, ...]] | None:
    """Return the class that the words tell, and those by which they do; None if none counts."""
    known = list(_known(words))
    if not known:
        return None
    least = min(rank for rank, _ in known)
    name = classes.CONSEQUENCE[least % len(classes.CONSEQUENCE)]
    return name, tuple(dict.fromkeys(word for rank, word in known if rank == least))


def heard(words: list[str]) -> list[Heard]:
    """Return every word of the tables in a text, those that do not decide with the reason why."""
    spelled = list(_spelled(words))
    ends = [at for at, _ in (*spelled, (len(words), ""))][1:]
    one_by_one = [word for _, word in spelled]
    found = []
    for place, (word, (at, _), end) in enumerate(zip(one_by_one, spelled, ends, strict=True)):
        if word in _RANKS:
            rank = _rank(one_by_one, place, word)
            found.append((rank, word, at, end - at, _passed_over(one_by_one, place, word)))
    least = min((rank for rank, *_, passed in found if passed is None), default=0)
    return [
        Heard(
            word,
            at,
            length,
            classes.CONSEQUENCE[rank % _TELLING_RANKS],
            rank < _TELLING_RANKS,
            passed or _outdone(rank, least),
        )
        for rank, word, at, length, passed in found
    ]


def _outdone(rank: int, least: int) -> PassedOver | None:
    """Say why a word that counts does not decide beside the one of the least rank."""
    if rank == least:
        return None
    is_weaker = rank >= _TELLING_RANKS > least
    return PassedOver(Why.WEAK if is_weaker else Why.LESS_CONSEQUENTIAL)


def telling_others(words: list[str], declared: PurposeClass) -> tuple[str, ...]:
    """Return the words that tell another class than the declared one, if it is told at all.

    Beside a word that tells its own class, or after a weak one at the beginning, things are its
    objects: "display notifications" displays.
    """
    telling = [(rank, word) for rank, word in _known(words) if rank < _TELLING_RANKS]
    own = classes.CONSEQUENCE.index(declared)
    its_own = any(
        rank == own or (rank % _TELLING_RANKS == own and word == words[0])
        for rank, word in _known(words)
    )
    others = [
        (rank, word)
        for rank, word in telling
        if rank != own and not (its_own and word in classes.THINGS)
    ]
    if not others or (its_own and own < min(others)[0]):
        return ()
    return tuple(dict.fromkeys(word for _, word in others))


def _known(words: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the words that count, each with its rank."""
    if not _SECONDS.isdisjoint(words):
        words = [word for _, word in _spelled(words)]
    for at, word in enumerate(words):
        if word in _RANKS and _passed_over(words, at, word) is None:
            yield _rank(words, at, word), word


def _rank(words: list[str], at: int, word: str) -> int:
    """Return the rank of a word of the tables where it stands: a weak one that acts tells."""
    rank = _RANKS[word]
    return rank % _TELLING_RANKS if _acts(words, at, word) else rank


def _spelled(words: list[str]) -> Iterator[tuple[int, str]]:
    """Bring together what is one word in other spellings: "user interface" is ui.

    Each comes with its place in the text.
    """
    at = 0
    while at < len(words):
        one = classes.SPELLED.get((words[at], words[at + 1] if at + 1 < len(words) else ""))
        yield at, one or words[at]
        at += 2 if one else 1


def _passed_over(words: list[str], at: int, word: str) -> PassedOver | None:
    """Say why a word of the tables does not count where it stands; None if it does."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if following and following in _NOT_BEFORE.get(word, ()):
        return PassedOver(Why.BEFORE, (following,))
    if at:
        if words[at - 1] in _NOT_AFTER.get(word, ()):
            return PassedOver(Why.AFTER, (words[at - 1],))
        if (
            word in classes.ACTS
            and words[at - 1] in classes.SOUGHT
            and not classes.SEEKING.isdisjoint(words)
        ):
            return PassedOver(Why.SOUGHT)
        if word == "order" and words[at - 1] == "in" and following == "to":
            return PassedOver(Why.IN_ORDER_TO)
        if _is_negated(words, at):
            return PassedOver(Why.NEGATED)
    needed = _NEEDS.get(word)
    if needed is None or not needed.isdisjoint(words):
        return None
    return PassedOver(Why.ALONE, tuple(sorted(needed)))


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
