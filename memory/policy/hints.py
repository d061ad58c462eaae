"""What would help somebody whose purpose was denied, in one sentence for each reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from memory.policy.purposes import (
    PURPOSE_DISAGREES,
    PURPOSE_DOUBTED,
    PURPOSE_NOT_DECLARED,
    PURPOSE_NOT_HERE,
    PURPOSE_NOT_REGISTERED,
    PURPOSE_RETIRED,
    PURPOSE_UNREADABLE,
    PURPOSE_UNRECOGNIZED,
    PURPOSE_VETOED,
    Understood,
)
from memory.policy.registry import Registry

# Why a purpose with a class is denied, beside the reasons why it has none.
POLICY_DENIED = "POLICY_DENIED"
PROJECT_NARROWED = "PROJECT_NARROWED"
PURPOSE_SCOPE = "PURPOSE_SCOPE"
KEY_SCOPE = "KEY_SCOPE"
KEY_PURPOSE_CLASS = "KEY_PURPOSE_CLASS"
KEY_PURPOSE = "KEY_PURPOSE"

REGISTER = "register the purpose and have it approved"


@dataclass(frozen=True, slots=True)
class Denied:
    """What was asked, and what was understood of it."""

    scope: str
    understood: Understood
    proposed: str | None
    registry: Registry

    @property
    def id(self) -> str:
        return self.understood.purpose.id if self.understood.purpose else ""


def hint(reason: str, denied: Denied) -> str:
    """Return the sentence for a reason; it quotes our words and registered ids alone."""
    return HINTS[reason](denied)


def _unrecognized(denied: Denied) -> str:
    if denied.proposed is None:
        return (
            "No word of it names a purpose class: begin it with one and a colon, or "
            f"{REGISTER} in the project."
        )
    if not denied.registry.is_allowed(denied.scope, denied.proposed):
        return (
            f"It reads like '{denied.proposed}', which may not read '{denied.scope}'; if it is "
            f"something else, {REGISTER}."
        )
    return (
        f"It reads like '{denied.proposed}': if that is what it is, begin it with "
        f"'{denied.proposed}:', or {REGISTER}."
    )


def _vetoed(denied: Denied) -> str:
    terms = denied.understood.refused
    return (
        f"{_quoted(terms)} {'deny' if len(terms) > 1 else 'denies'} a purpose, whatever else it "
        f"says: if it is for the end user all the same, {REGISTER}."
    )


def _doubted(denied: Denied) -> str:
    return (
        f"Free text with {_quoted(denied.understood.refused)} is not taken: begin the purpose with "
        f"its class and a colon, or {REGISTER}."
    )


def _unreadable(denied: Denied) -> str:
    return (
        "It is written so that it cannot be read as what it is: use the letters of one alphabet "
        "in a word, no signs that turn the direction of writing, no rows of single letters."
    )


def _disagrees(denied: Denied) -> str:
    return (
        f"What follows the colon says something else{_by(denied.understood.refused)}: say only "
        f"what the class before it does, or {REGISTER}."
    )


def _retired(denied: Denied) -> str:
    return f"The purpose '{denied.id}' was retired: use another, or have it proposed and approved."


def _not_here(denied: Denied) -> str:
    return f"The purpose '{denied.id}' is not registered for '{denied.registry.environment}'."


def _not_declared(denied: Denied) -> str:
    return (
        f"This project takes no free text in '{denied.registry.environment}': begin the purpose "
        f"with its class and a colon, or {REGISTER}."
    )


def _not_registered(denied: Denied) -> str:
    return (
        f"This project takes registered purposes alone in '{denied.registry.environment}': "
        "GET /policy lists them."
    )


def _not_for_scope(denied: Denied) -> str:
    purpose_class = denied.understood.purpose_class
    scopes = denied.registry.readable_scopes(purpose_class)
    return f"The class '{purpose_class}' may read: {', '.join(scopes) or 'nothing here'}."


def _narrowed(denied: Denied) -> str:
    purpose_class, here = denied.understood.purpose_class, denied.registry
    scopes = ", ".join(here.readable_scopes(purpose_class)) or "nothing"
    return (
        f"This project narrowed the policy in '{here.environment}': there the class "
        f"'{purpose_class}' may not read '{denied.scope}', but {scopes}."
    )


def _fewer_scopes(denied: Denied) -> str:
    purpose = denied.understood.purpose
    scopes = ", ".join(sorted(purpose.scopes or ())) if purpose else ""
    return f"The purpose '{denied.id}' is registered for fewer scopes: {scopes}."


def _scope_of_key(denied: Denied) -> str:
    return f"This key may not use the scope '{denied.scope}': another key may."


def _class_of_key(denied: Denied) -> str:
    purpose_class = denied.understood.purpose_class
    return f"This key may not read for the class '{purpose_class}': another key may."


def _purpose_of_key(denied: Denied) -> str:
    return "This key reads for some registered purposes alone, and this is none of them."


def _quoted(terms: tuple[str, ...]) -> str:
    return ", ".join(f"'{term}'" for term in terms) or "A word of it"


def _by(terms: tuple[str, ...]) -> str:
    return f" ({_quoted(terms)})" if terms else ""


HINTS: Mapping[str, Callable[[Denied], str]] = {
    PURPOSE_UNRECOGNIZED: _unrecognized,
    PURPOSE_VETOED: _vetoed,
    PURPOSE_DOUBTED: _doubted,
    PURPOSE_UNREADABLE: _unreadable,
    PURPOSE_DISAGREES: _disagrees,
    PURPOSE_RETIRED: _retired,
    PURPOSE_NOT_HERE: _not_here,
    PURPOSE_NOT_DECLARED: _not_declared,
    PURPOSE_NOT_REGISTERED: _not_registered,
    POLICY_DENIED: _not_for_scope,
    PROJECT_NARROWED: _narrowed,
    PURPOSE_SCOPE: _fewer_scopes,
    KEY_SCOPE: _scope_of_key,
    KEY_PURPOSE_CLASS: _class_of_key,
    KEY_PURPOSE: _purpose_of_key,
}
