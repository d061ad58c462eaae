"""What a model reads before it calls a tool: what some tools do, and the policy in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from memory_scope.results import Policy

REMEMBER: Final = (
    "Stores one statement about the person: a like, a rule, a habit, a setting. Store what the "
    "person said or clearly showed, in small pieces, and nothing secret: no passwords, no card "
    "numbers."
)
RECALL_AGAIN: Final = (
    "Reads again what recall read, brought up to date, for the same purpose. Takes the handle that "
    "recall gave."
)
TAKE_BACK: Final = (
    "Takes back the access that a handle stands for, and hides for good, from every reader, what "
    "was stored under its scope and domain. Only when the person asks for it."
)
CHECK_PURPOSE: Final = (
    "Says whether recall would be allowed for a scope and a purpose, without reading anything. It "
    "is not for trying out wordings of a purpose that was denied."
)
SCOPES: Final = {
    "preferences": "likes, dislikes, favourites",
    "constraints": "rules, budgets, limits, what must not be",
    "communication": "tone, language, channels",
    "accessibility": "contrast, font size, captions",
    "schedule": "working hours, free windows",
    "attention": "focus mode, quiet hours",
}
PURPOSES: Final = {
    "content_generation": "writing, translating or summarising something for the person",
    "recommendation": "suggesting or ranking things for the person",
    "scheduling": "finding a time, planning a meeting",
    "task_execution": "doing something in the world: booking, ordering, paying",
    "notification_delivery": "sending the person a message, an alert, a reminder",
    "ui_rendering": "how something is shown: layout, display",
}
_TAKES = {
    "any": "A purpose is the name of a class, a colon and what it is for, such as "
    "'recommendation: restaurants for tonight', or plain words that say the same.",
    "declared": "A purpose is the name of a class, a colon and what it is for, such as "
    "'recommendation: restaurants for tonight'.",
    "registered": "A purpose is one of the registered purposes, by its id. No other is taken.",
}


def worded(policy: Policy, scopes: Collection[str] | None = None) -> str:
    """Return the policy in words: what may be read for what, and which purposes are registered.

    Of all scopes, where none are given.
    """
    classes = policy.body.get("purpose_classes")
    lines = ["What each scope may be read for (these tools may be allowed less):"]
    for scope, allowed in policy.matrix.items():
        if scopes is None or scope in scopes:
            about = f" ({SCOPES[scope]})" if scope in SCOPES else ""
            lines.append(f"- {scope}{about}: {', '.join(allowed) or 'nothing'}")
    lines += worded_purposes(classes if isinstance(classes, list) else tuple(PURPOSES))
    takes = policy.body.get("takes")
    lines.append(_TAKES.get(takes if isinstance(takes, str) else "", _TAKES["any"]))
    registered = [_registered(one) for one in _approved(policy)]
    if registered:
        lines += ("Registered purposes, by id, to be named as they are:", *registered)
    return "\n".join(lines)


def worded_scopes(scopes: Sequence[str]) -> str:
    """Return what each of the scopes is about, and nothing of the policy."""
    return "\n".join(f"- {scope}: {SCOPES.get(scope, '')}" for scope in scopes)


def worded_purposes(classes: Sequence[Any] = tuple(PURPOSES)) -> list[str]:
    """Return in lines what the classes of purposes mean; of one that is new, nothing."""
    known = [f"- {one}: {PURPOSES[one]}" for one in classes if one in PURPOSES]
    return ["What the classes of purposes mean:", *known]


def only_purposes(policy: Policy) -> list[str]:
    """Return the ids that a purpose must be one of; none where other purposes are taken too."""
    if policy.body.get("takes") != "registered":
        return []
    return [one["id"] for one in _approved(policy) if isinstance(one.get("id"), str)]


def _approved(policy: Policy) -> list[Mapping[str, Any]]:
    given = policy.body.get("purposes")
    return [
        one
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict) and one.get("state") == "approved"
    ]


def _registered(one: Mapping[str, Any]) -> str:
    scopes = one.get("scopes")
    told = f"- {one.get('id')} ({one.get('purpose_class')})"
    return f"{told}: {', '.join(map(str, scopes))}" if isinstance(scopes, list) else told
