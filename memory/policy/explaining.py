"""Why a purpose is understood as it is: by the same steps, with the words that decided marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from memory.policy.places import Span, spans_of, spans_of_term
from memory.policy.purposes import PURPOSE_UNRECOGNIZED, Understood, Way, understand
from memory.policy.registry import Registry
from memory.policy.telling import Heard, PassedOver, heard
from memory.policy.words import Unreadable, words_of


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a purpose as it was written; together they are the whole."""

    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """How a purpose was understood.

    In `pieces` is marked what decided. `told` are the words that named its class, `passed_over`
    those of the tables that did not decide, each once. `unreadable` says in a sentence why nobody
    can read it, where nobody can.
    """

    understood: Understood
    pieces: tuple[Piece, ...]
    told: tuple[Heard, ...] = ()
    passed_over: tuple[Heard, ...] = ()
    unreadable: str = ""


def explain(purpose: str, registry: Registry) -> Explained:
    """Understand a purpose, as `understand` does, and say by what. Never raises."""
    understood = understand(purpose, registry)
    try:
        words = words_of(purpose).parted
    except Unreadable as why:
        return Explained(understood, _pieces(purpose, []), unreadable=str(why))
    spans = spans_of(purpose, words)
    known = heard(words) if _is_by_words(understood) else []
    told = [one for one in known if one.passed_over is None]
    if understood.way in (Way.REGISTERED, Way.NAMED):
        marked = [(0, len(purpose))]
    elif understood.way is Way.DECLARED:
        marked = _together(spans[: len(understood.matched)])
    elif understood.way is Way.WORDED:
        marked = [(spans[one.at][0], spans[one.at + one.length - 1][1]) for one in told if spans]
    else:
        marked = [
            span
            for term in understood.refused
            for span in spans_of_term(term, purpose, words, spans)
        ]
    return Explained(
        understood,
        _pieces(purpose, marked),
        told=_once(told),
        passed_over=_once(one for one in known if one.passed_over is not None),
    )


def _is_by_words(understood: Understood) -> bool:
    """Say whether single words were asked what they tell, and nothing else decided."""
    return understood.way is Way.WORDED or understood.reason == PURPOSE_UNRECOGNIZED


def _together(spans: list[Span]) -> list[Span]:
    return [(spans[0][0], spans[-1][1])] if spans else []


def _once(words: Iterable[Heard]) -> tuple[Heard, ...]:
    """Return the first of those that say the same."""
    first: dict[tuple[str, PassedOver | None], Heard] = {}
    for one in words:
        first.setdefault((one.word, one.passed_over), one)
    return tuple(first.values())


def _pieces(text: str, marked: Iterable[Span]) -> tuple[Piece, ...]:
    """Cut a text where a mark begins or ends; marks that meet are one."""
    pieces: list[Piece] = []
    at = 0
    for begin, end in _apart(marked):
        pieces += [Piece(text[at:begin], is_marked=False), Piece(text[begin:end], is_marked=True)]
        at = end
    pieces.append(Piece(text[at:], is_marked=False))
    return tuple(piece for piece in pieces if piece.text)


def _apart(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
