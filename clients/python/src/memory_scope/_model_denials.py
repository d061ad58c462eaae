"""A denial in words: for a model, an answer as good as any."""

from __future__ import annotations

from collections.abc import Sequence

_REASONS = {
    "KEY_PURPOSE": "These tools may read for a few registered purposes alone.",
    "PURPOSE_NOT_REGISTERED": "Registered purposes alone are taken here.",
    "PURPOSE_NOT_DECLARED": "A purpose begins with its class and a colon here.",
    "PURPOSE_RETIRED": "That purpose was retired.",
    "PURPOSE_NOT_HERE": "That purpose is not registered for this environment.",
    "PROJECT_NARROWED": "The project closed this scope for this kind of purpose.",
    "PURPOSE_SCOPE": "That purpose is not registered for this scope.",
}


def denial(understood: str | None, allowed: Sequence[str], reason: str | None) -> str:
    """Say no, and nothing by which another wording could be made to pass."""
    sentences = (
        f"Understood as {understood or 'unrecognized'}, allowed for this scope: "
        f"{', '.join(allowed) or 'nothing'}.",
        _REASONS.get(reason or ""),
        "Do not reword the purpose; ask the person or use another purpose.",
    )
    return " ".join(filter(None, sentences))
