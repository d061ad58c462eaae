"""What a language model is told: the policy in words, a denial, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from memory_scope import exceptions
from memory_scope.results import Policy

LONGEST = 300  # characters of a sentence that a server wrote, which may be any server
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

_REASONS = {
    "KEY_PURPOSE": "This application may read for a few registered purposes alone.",
    "PURPOSE_NOT_REGISTERED": "Registered purposes alone are taken here.",
    "PURPOSE_NOT_DECLARED": "A purpose begins with its class and a colon here.",
    "PURPOSE_RETIRED": "That purpose was retired.",
    "PURPOSE_NOT_HERE": "That purpose is not registered for this environment.",
    "PURPOSE_SCOPE": "That purpose is not registered for this scope.",
}

AWAY = "The memory service cannot be reached now. Go on without it, and say so to the person."
LATE = (
    "The memory service did not answer in time. What was asked may have been carried out all the "
    "same. Go on without it, and say so to the person."
)
UNEXPECTED = "The memory service failed. Go on without it, and say so to the person."
NO_HANDLE = "There is no such handle. Use one that recall gave, or recall with a purpose."
ENDED = (
    "That access has ended: it was taken back, or a day has passed. Recall with a purpose to read "
    "anew."
)


def denial(understood: str | None, allowed: Sequence[str], reason: str | None) -> str:
    """Say no, and nothing by which another wording could be made to pass."""
    sentences = (
        f"Understood as {understood or 'unrecognized'}, allowed for this scope: "
        f"{', '.join(allowed) or 'nothing'}.",
        _REASONS.get(reason or ""),
        "Do not reword the purpose; ask the person or use another purpose.",
    )
    return " ".join(filter(None, sentences))


def worded(policy: Policy, scopes: Sequence[str]) -> str:
    """Return the policy in words: what may be read for what, and which purposes are registered."""
    lines = ["What each scope may be read for (this application may be allowed less):"]
    for scope, allowed in policy.matrix.items():
        if scope in scopes:
            about = f" ({SCOPES[scope]})" if scope in SCOPES else ""
            lines.append(f"- {scope}{about}: {', '.join(allowed) or 'nothing'}")
    lines.append("What the classes of purposes mean:")
    lines += [f"- {name}: {meaning}" for name, meaning in PURPOSES.items()]
    takes = policy.body.get("takes")
    lines.append(_TAKES.get(takes if isinstance(takes, str) else "any", _TAKES["any"]))
    registered = _registered(policy.body)
    if registered:
        lines += ("Registered purposes, by id, to be named as they are:", *registered)
    return "\n".join(lines)


def _registered(body: Mapping[str, Any]) -> list[str]:
    given = body.get("purposes")
    return [
        f"- {one.get('id')} ({one.get('purpose_class')})"
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict) and one.get("state") == "approved"
    ]


def failure(error: exceptions.MemoryScopeError) -> str:
    """Return what to tell a model of an error of the client: what it was, and what to do."""
    match error:
        case exceptions.GrantRevokedError() | exceptions.NotFoundError():
            told = ENDED
        case exceptions.PermissionDeniedError():
            told = (
                f"This application may not do that: {_said(error)}. Do not look for another way; "
                "say so to the person."
            )
        case exceptions.RateLimitError():
            told = f"The memory service was asked too often. Try again {_when(error.retry_after)}."
        case exceptions.ConflictError():
            told = f"That cannot be stored: {_said(error)}. Say so to the person."
        case exceptions.InvalidRequestError() | exceptions.InvalidArgumentError():
            told = f"{_said(error)}. Correct it, and call the tool again."
        case exceptions.APITimeoutError():
            told = LATE
        case exceptions.APIConnectionError() | exceptions.ServerError():
            told = AWAY
        case _:
            told = UNEXPECTED
    return f"{told} (Request {error.request_id}.)" if error.request_id else told


def _said(error: exceptions.MemoryScopeError) -> str:
    said = error.message.replace("value_json", "value").rstrip(".")
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def _when(seconds: float | None) -> str:
    return "in a while" if seconds is None else f"in {max(1, round(seconds))} seconds"
