"""What only this server tells a model of a failure; the rest is told as everywhere."""

from __future__ import annotations

NO_MEMORY = "There is no such memory of this person. Nothing was deleted."
NOBODY = "This request names no person: the host must send the authorization of one."


class ToolFailedError(Exception):
    """A tool cannot do what it was asked; its text is for the model."""
