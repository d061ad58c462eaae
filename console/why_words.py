"""Says in sentences what decided on a purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from console.templatetags.reasons import quoted, sentence
from memory.policy.hints import (
    KEY_PURPOSE,
    KEY_PURPOSE_CLASS,
    KEY_SCOPE,
    POLICY_DENIED,
    PROJECT_NARROWED,
    PURPOSE_SCOPE,
)
from memory.policy.purposes import PURPOSE_UNREADABLE, PURPOSE_UNRECOGNIZED, Way
from memory.policy.telling import Heard, PassedOver, Why
from memory.why import KEY_PERMISSION, READ, STEPS, UNDERSTOOD, Explanation

MOST_NAMED = 4  # of the words that a word needs beside it

PASSED_OVER: Mapping[Why, str] = {
    Why.BEFORE: "does not count before {beside}",
    Why.AFTER: "does not count after {beside}",
    Why.SOUGHT: "does not count where it is only looked for",
    Why.IN_ORDER_TO: "orders nothing in “in order to”",
    Why.NEGATED: "does not count after a negation",
    Why.ALONE: "counts only beside another word, such as {beside}",
    Why.WEAK: "is a weak word: it does not count beside a telling word",
    Why.LESS_CONSEQUENTIAL: "gives way: of several classes the most consequential wins",
}


def decided_by(explanation: Explanation) -> str:
    """Say what gave a purpose its class, or took it away."""
    explained, decision = explanation.explained, explanation.decision
    understood = explained.understood
    if understood.way is Way.WORDED:
        return _by_words(explained.told)
    if understood.way is Way.NAMED:
        return "It is the name of a class."
    if understood.way is Way.DECLARED:
        return "It begins with the name of a class and a colon, and the rest does not disagree."
    if understood.way is Way.REGISTERED:
        return (
            f"It names the registered purpose {decision.purpose_id}, in revision "
            f"{decision.purpose_revision}: its class was approved, whatever its words say."
        )
    return _why_no_class(explanation)


def _by_words(told: Iterable[Heard]) -> str:
    words = list(told)
    names = quoted(one.word for one in words)
    if words[0].is_telling:
        if len(words) == 1:
            return f"{names}, a telling word: it names its class by itself."
        return f"{names}, telling words: each names the class by itself."
    if len(words) == 1:
        return f"{names}, a weak word: it counts because no telling word stands beside it."
    return f"{names}, weak words: they count because no telling word stands beside them."


def _why_no_class(explanation: Explanation) -> str:
    explained, reason = explanation.explained, str(explanation.decision.reason)
    if reason == PURPOSE_UNREADABLE:
        return explained.unreadable
    if reason == PURPOSE_UNRECOGNIZED:
        known = "counts here" if explained.passed_over else "is known to the policy"
        return f"No word of it {known}. Unknown means no, for every scope."
    refused = explanation.decision.refused_terms
    why = sentence(reason, environment=explanation.environment)
    return f"{why} Here {quoted(refused)}." if refused else why


def passed_over(explanation: Explanation) -> list[tuple[str, str, str]]:
    """Return the words of the tables that did not decide: each with its class, and why not."""
    return [
        (one.word, str(one.purpose_class), _why_passed_over(one.passed_over))
        for one in explanation.explained.passed_over
        if one.passed_over
    ]


def _why_passed_over(passed: PassedOver) -> str:
    return PASSED_OVER[passed.why].format(beside=quoted(passed.beside[:MOST_NAMED]))


@dataclass(frozen=True)
class Step:
    """What a read was asked, in a sentence; `state` is yes, no or unasked."""

    words: str
    state: str


STEP_WORDS: Mapping[str, Callable[[Explanation], str]] = {
    KEY_PERMISSION: lambda one: f"The key has the permission {READ}.",
    UNDERSTOOD: lambda one: "The purpose has a class.",
    POLICY_DENIED: lambda one: f"The policy lets this class read {one.decision.scope}.",
    PROJECT_NARROWED: lambda one: "The project left that open.",
    PURPOSE_SCOPE: lambda one: f"The purpose is registered for {one.decision.scope}.",
    KEY_SCOPE: lambda one: f"The key may use {one.decision.scope}.",
    KEY_PURPOSE_CLASS: lambda one: "The key may read for this class.",
    KEY_PURPOSE: lambda one: "The key may read for this purpose.",
}
OF_A_KEY = frozenset({KEY_PERMISSION, KEY_SCOPE, KEY_PURPOSE_CLASS, KEY_PURPOSE})


def steps(explanation: Explanation, *, has_key: bool) -> list[Step]:
    """List what a read is asked, in the order in which it is, up to the one that says no.

    What the read has nothing to do with is left out: a key, a registered purpose, closed cells.
    """
    skipped = set() if has_key else set(OF_A_KEY)
    if not explanation.registry.closed:
        skipped.add(PROJECT_NARROWED)
    if explanation.explained.understood.purpose is None:
        skipped.add(PURPOSE_SCOPE)
    found, state = [], "yes"
    for step in STEPS:
        if step == explanation.step:
            state = "no"
        if step not in skipped:
            found.append(Step(STEP_WORDS[step](explanation), state))
        if state == "no":
            state = "unasked"
    return found
