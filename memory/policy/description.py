"""The tables of the gate as they are shown: what `GET /policy` and the documentation draw from."""

from functools import cache
from typing import TypedDict

from memory.policy import classes, languages, people
from memory.policy.version import RULES
from memory.policy.vetoed_phrases import DOUBTS, PAIRS, PHRASES
from memory.policy.vetoed_words import WORDS
from memory.policy.vocabulary import PURPOSE_CLASSES


class Levels(TypedDict):
    """Words that name a class by themselves, and words that do where none of these stands."""

    telling: list[str]
    weak: list[str]


class Need(TypedDict):
    """Words that count only beside one of the others."""

    words: list[str]
    one_of: list[str]


class NotBefore(TypedDict):
    """Words that do not count where one of these follows."""

    words: list[str]
    following: list[str]


class NotAfter(TypedDict):
    """Words that do not count where one of these comes before."""

    words: list[str]
    preceding: list[str]


class Acts(TypedDict):
    """Words that count as an act, and what must or must not stand around them."""

    words: list[str]
    after: list[str]
    before: list[str]
    not_after: list[str]
    beside: list[str]


class VetoPair(TypedDict):
    """Words that deny a purpose where one of the others stands close by."""

    words: list[str]
    others: list[str]
    between: int
    either_way: bool


class Choosing(TypedDict):
    """By which words a purpose chooses among people."""

    verbs: list[str]
    people: list[str]
    between: list[str]
    person: list[str]
    choices: list[str]
    furthest: int


class Gate(TypedDict):
    """Every table by which free text is understood."""

    rules: int
    words: dict[str, Levels]
    precedence: list[str]
    needs: list[Need]
    not_before: list[NotBefore]
    not_after: list[NotAfter]
    spelled: dict[str, str]
    acts: Acts
    things: list[str]
    negations: list[str]
    vetoes: dict[str, list[str]]
    veto_phrases: list[str]
    veto_pairs: list[VetoPair]
    vetoes_of_languages: dict[str, list[str]]
    people: Choosing
    doubts: list[str]


@cache
def gate() -> Gate:
    """Return every table by which free text is understood, its words in alphabetical order."""
    return {
        "rules": RULES,
        "words": {
            str(name): {
                "telling": sorted(classes.TELLING.get(name, ())),
                "weak": sorted(classes.WEAK.get(name, ())),
            }
            for name in PURPOSE_CLASSES
        },
        "precedence": [str(name) for name in classes.CONSEQUENCE],
        "needs": [
            {"words": sorted(words), "one_of": sorted(others)} for words, others in classes.NEEDS
        ],
        "not_before": [
            {"words": sorted(words), "following": sorted(following)}
            for words, following in classes.NOT_BEFORE
        ],
        "not_after": [
            {"words": sorted(words), "preceding": sorted(before)}
            for words, before in classes.NOT_AFTER
        ],
        "spelled": {word: " ".join(parts) for parts, word in sorted(classes.SPELLED.items())},
        "acts": {
            "words": sorted(classes.ACTS),
            "after": sorted(classes.BEGINNINGS),
            "before": sorted(classes.DETERMINERS),
            "not_after": sorted(classes.SOUGHT),
            "beside": sorted(classes.SEEKING),
        },
        "things": sorted(classes.THINGS),
        "negations": sorted(
            [*classes.NEGATIONS, *(" ".join(phrase) for phrase in classes.NEGATING_PHRASES)]
        ),
        "vetoes": {family: sorted(words) for family, words in WORDS.items()},
        "veto_phrases": sorted(PHRASES),
        "veto_pairs": [
            {
                "words": sorted(pair.these),
                "others": sorted(pair.those),
                "between": pair.between,
                "either_way": pair.either_way,
            }
            for pair in PAIRS
        ],
        "vetoes_of_languages": {
            language: sorted(words)
            for language, words in (*languages.VETOES.items(), *languages.VETOES_WITHIN.items())
        },
        "people": {
            "verbs": sorted(people.CHOOSING),
            "people": sorted(people.PEOPLE),
            "between": sorted(people.BETWEEN),
            "person": sorted(people.PERSON),
            "choices": sorted(people.CHOICES),
            "furthest": people.FURTHEST,
        },
        "doubts": sorted(DOUBTS),
    }
