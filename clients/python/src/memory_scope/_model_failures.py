"""What a model is told when something fails: what it was, and what to do. Nothing secret."""

from __future__ import annotations

from memory_scope import exceptions

LONGEST = 300  # characters of a sentence that a server wrote, which may be any server
TOO_LARGE = 413
AWAY = (
    "The memory service cannot be reached at the moment. Go on without it, tell the person, and "
    "try again later."
)
LATE = (
    "The memory service did not answer in time. What was asked may have been carried out all the "
    "same. Go on without it, tell the person, and try again later."
)
UNEXPECTED = "This tool failed. Go on without it, and tell the person."
NO_HANDLE = "There is no such handle here. Use one that recall gave, or call recall anew."
ENDED = "That access has ended: it was taken back, or a day has passed. Call recall to read anew."
NOTHING_TAKEN_BACK = (
    "That access had ended before, so nothing was taken back. Call recall, and take_back with the "
    "handle that it gives."
)


def sentence_of(error: exceptions.MemoryScopeError) -> str:
    """Return what to tell the model of an error of the client."""
    match error:
        case exceptions.AuthenticationError():
            told = (
                "The memory service does not accept the key of these tools. Only whoever set them "
                "up can change that: tell the person, and do not try again."
            )
        case exceptions.PermissionDeniedError():
            told = (
                f"These tools may not do that: {_said(error)}. Only whoever set them up can change "
                "that: tell the person, and do not look for another way."
            )
        case exceptions.RateLimitError():
            told = f"The memory service was asked too often. Try again {_when(error.retry_after)}."
        case exceptions.ConflictError() if error.retry_after is None:
            told = f"That cannot be stored: {_said(error)}. Do not try again; tell the person."
        case exceptions.InvalidRequestError() | exceptions.InvalidArgumentError():
            told = f"{_said(error)}. Correct it, and call the tool again."
        case exceptions.APITimeoutError():
            told = LATE
        case exceptions.APIConnectionError() | exceptions.ServerError():
            told = AWAY
        case exceptions.APIError() if error.status_code == TOO_LARGE:
            told = "That is too large to be stored: a value may have 32 KiB. Store less of it."
        case _:
            told = UNEXPECTED
    return f"{told} (Request {error.request_id}.)" if error.request_id else told


def _said(error: exceptions.MemoryScopeError) -> str:
    said = error.message.replace("value_json", "value").rstrip(".")
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def _when(seconds: float | None) -> str:
    return "in a while" if seconds is None else f"in {max(1, round(seconds))} seconds"
